import AuthorizationServer
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite struct TranslationTests {
    private let translations: Translations
    private let english: Texts

    init() throws {
        translations = try PageRenderer(issuer: try #require(PageSample.issuer)).translations
        english = translations.choose(["en"])
    }

    @Test func `says everything in every language`() {
        #expect(Set(translations.languages.keys).isSuperset(of: ["en", "de"]))
        for texts in translations.languages.values {
            #expect(texts.keys == english.keys, "\(texts.language)")
            for key in texts.keys {
                #expect(!texts[key].isEmpty, "\(texts.language) \(key)")
                #expect(Self.gaps(texts[key]) == Self.gaps(english[key]), "\(texts.language) \(key)")
            }
        }
    }

    private static func gaps(_ text: String) -> Set<Substring> {
        Set(
            text.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap {
                $0.split(separator: "}").first
            })
    }

    /// Keys stand in the code and the templates as they are, or are made of the cases of an enumeration.
    @Test func `has no text that no page uses, and uses none that is missing`() throws {
        let sources = try PageSources()
        var used: Set<String> = []
        for text in sources.templates.values {
            for part in text.split(separator: "{{t.").dropFirst() { used.insert(String(part.prefix { $0 != "}" })) }
        }
        #expect(used.subtracting(english.keys).isEmpty)
        for text in sources.code.values {
            for part in text.split(separator: "\"") where english.keys.contains(String(part)) {
                used.insert(String(part))
            }
        }
        for message in MessagePage.Message.allCases {
            used.formUnion(["message_\(message.rawValue)_title", "message_\(message.rawValue)_text"])
        }
        for kind in AccountActivity.Kind.allCases {
            used.formUnion([false, true].map { ActivityWords.key(kind.rawValue, isByOperator: $0) })
        }
        // A key that is active needs no word.
        for state in APIKey.State.allCases where state != .active { used.insert("key_state_\(state.rawValue)") }
        for month in 1...12 { used.insert("month_\(month)") }
        for unit in ["days", "hours", "minutes", "seconds"] {
            used.formUnion(["duration_\(unit)_one", "duration_\(unit)_other"])
        }
        for section in ["profile", "password", "sessions", "applications", "keys", "activity", "data"] {
            used.insert("account_\(section)_text")
        }
        #expect(used == english.keys, "\(used.symmetricDifference(english.keys).sorted())")
    }

    @Test func `chooses the first wanted language that there is`() {
        for (wanted, chosen) in [
            (["de"], "de"), (["de-AT", "en"], "de"), (["fr", "de-CH", "en"], "de"), (["DE"], "de"), ([], "en"),
            (["../de", "de/../en", "", "x-de"], "en"), ([String(repeating: "de-", count: 40)], "en"),
            (Array(repeating: "fr", count: 16) + ["de"], "en"),
        ] {
            #expect(translations.choose(wanted).language == chosen, "\(wanted)")
        }
    }

    @Test func `reads what a browser accepts by weight`() {
        #expect(LanguageRange.accepted("fr;q=0.5, de-AT, en;q=0.8, de;q=0.9") == ["de-AT", "de", "en", "fr"])
        #expect(LanguageRange.accepted("de;q=0, *;q=0.1, en") == ["en"])
        for weight in [
            "1.1", "1.0000", "1.x", "0.0001", "0.+5", "0.-1", "x", "0.x", "0,5", "\u{312}", "2", "", ".5", "0 .5.1",
        ] {
            #expect(LanguageRange.accepted("fr;q=\(weight), en;q=0.1") == ["en"], "\(weight)")
        }
        #expect(LanguageRange.accepted("fr;q=0.01, en;q=0.1, de;q=1.000, nl;q=0.") == ["de", "en", "fr"])
        #expect(LanguageRange.accepted(nil).isEmpty)
        #expect(LanguageRange.accepted(String(repeating: "de,", count: 400)).isEmpty)
        #expect(LanguageRange.accepted("../../etc, <b>, de") == ["de"])
    }

    @Test func `fills gaps once`() {
        let texts = Texts(language: "en", entries: ["a": "{x} and {y}{"])
        #expect(texts("a", ["x": "{y}", "y": "1"]) == "{y} and 1{")
    }

    @Test(arguments: [
        (1, "one second"), (59, "59 seconds"), (60, "one minute"), (61, "2 minutes"), (3_600, "one hour"),
        (86_400, "one day"), (7_776_000, "90 days"), (0, "one second"), (-5, "one second"),
    ])
    func `says how long in the largest unit`(seconds: Int64, words: String) {
        #expect(english.duration(seconds) == words)
    }
}
