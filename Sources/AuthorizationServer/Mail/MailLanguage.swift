import JOSE

/// The texts of all mails in one language, from the same file as the texts of the pages: a further language is one more
/// file in `Translations`.
package struct MailLanguage: Sendable {
    package struct Text: Sendable {
        package let subject: String
        package let body: String
    }

    /// BCP 47, in lower case.
    package let code: String
    /// `{place}`, `{issuer}` and the values of ``MailMessage`` stand in braces.
    package let texts: [MailMessage.Kind: Text]
    /// The words of the pages for stretches of time, by their keys.
    private let durations: [String: String]

    /// In the order of their codes. A test says that each has a text for everything.
    package static let all = files.sorted { $0.key < $1.key }.compactMap { code, json in
        MailLanguage(code: code, json: json)
    }

    /// What is said in every language, by its code: JSON objects with the texts of the pages, and those of the mails
    /// under `mails`.
    package static let files = Dictionary(
        uniqueKeysWithValues: EmbeddedFiles.files.compactMap { path, text in
            path.hasSuffix(".json") ? (String(path.split(separator: "/").last?.dropLast(5) ?? ""), text) : nil
        })

    /// `nil` if it is no JSON.
    private init?(code: String, json: String) {
        let limits = JSONLimits.document(maximumBytes: 262_144)
        guard let object = try? JSONObject(parsing: Array(json.utf8), limits: limits) else { return nil }
        self.code = code
        var texts: [MailMessage.Kind: Text] = [:]
        for kind in MailMessage.Kind.allCases {
            guard let mail = object.object("mails")?.object(kind.rawValue), let subject = mail.string("subject"),
                let lines = mail.strings("text")
            else { continue }
            texts[kind] = Text(subject: subject, body: lines.joined(separator: "\n"))
        }
        self.texts = texts
        var durations: [String: String] = [:]
        for unit in Self.units {
            for number in ["one", "other"] {
                let key = "duration_\(unit.name)_\(number)"
                durations[key] = object.string(key)
            }
        }
        self.durations = durations
    }

    private static let units: [(name: String, length: Int64)] = [
        ("days", 86_400), ("hours", 3600), ("minutes", 60), ("seconds", 1),
    ]

    /// A stretch of time in the largest unit that divides it: for how long a link is good is not rounded.
    func duration(_ seconds: Int64) -> String {
        let unit = Self.units.first { seconds >= $0.length && seconds % $0.length == 0 } ?? ("seconds", 1)
        let count = seconds / unit.length
        guard count != 1 else { return durations["duration_\(unit.name)_one"] ?? "" }
        return (durations["duration_\(unit.name)_other"] ?? "").replacing("{count}", with: String(count))
    }

    /// The first of `wishes` that there is, by its primary language; English for who reads none of them.
    package static func best(for wishes: [String]) -> MailLanguage? {
        for wish in wishes + ["en"] {
            let primary = wish.lowercased().prefix { $0 != "-" && $0 != "_" }
            if let language = all.first(where: { $0.code == primary }) { return language }
        }
        return nil
    }
}
