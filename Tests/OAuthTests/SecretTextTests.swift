import JOSE
import OAuth
import TestSupport
import Testing

@Suite struct `The text of a key` {
    private let known = "tsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

    @Test func `has 256 bits and a checksum that another program computes the same`() throws {
        let key = APIKeyText.make(from: SecretGenerator { [UInt8](0..<UInt8($0)) })
        // Computed with Python's hashlib.
        #expect(key.secret.revealedValue == known + "N_U8OO")
        #expect(APIKeyText(key.secret) == key)
        let made = (0..<2000).map { _ in APIKeyText.make(from: .system).secret }
        #expect(Set(made).count == 2000)
        #expect(made.allSatisfy { APIKeyText($0) != nil && $0.revealedValue.utf8.count == 4 + 43 + 6 })
    }

    @Test func `is read in one spelling only`() throws {
        let text = APIKeyText.make(from: .system).secret.revealedValue
        let spellings = [
            "", "tsk_", text + "A", String(text.dropLast()), " " + text, text + "\n", text + "=",
            "TSK_" + text.dropFirst(4),
            "tsc_" + text.dropFirst(4), known, known + "AAAAAA", text.replacing("tsk_", with: "tsk_tsk_"),
            String(text.prefix(46)) + "\u{e9}" + text.suffix(6),
        ]
        for spelling in spellings { #expect(APIKeyText(Secret(spelling)) == nil, "\(spelling)") }
        for place in text.utf8.indices {
            var bytes = Array(text.utf8)
            bytes[text.utf8.distance(from: text.startIndex, to: place)] ^= 1
            #expect(APIKeyText(Secret(String(decoding: bytes, as: UTF8.self))) == nil)
        }
    }
}

@Suite struct `A text that may be a secret` {
    @Test func `is known by its prefix, whatever the server makes`() throws {
        for kind in SecretKind.allCases {
            let text = SecretGenerator.system.secret(kind).revealedValue
            let found = try #require(SecretText(text))
            #expect(found.kind.rawValue == kind.rawValue && !found.isCertain)
            #expect(SecretText(text + "A") == nil && SecretText(String(text.dropLast())) == nil)
        }
        let key = APIKeyText.make(from: .system).secret.revealedValue
        #expect(SecretText(key)?.kind == .apiKey && SecretText(key)?.isCertain == true)
    }

    @Test(arguments: [
        "", "tsc_", "tsc", "tsk_" + String(repeating: "A", count: 49), "tsc_" + String(repeating: "A", count: 43),
        "tsx_" + String(repeating: "-", count: 43), "tsr_" + String(repeating: "A", count: 82),
        "tsa_" + String(repeating: "A", count: 100), "tsa_" + String(repeating: "A", count: 20_000),
        "tsq_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "tsc_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9",
    ])
    func `is no secret without its checksum, its length or its spelling`(text: String) {
        #expect(SecretText(text) == nil)
    }

    @Test func `has a prefix and a name of its own`() {
        #expect(Set(SecretText.Kind.allCases.map(\.prefix)).count == SecretText.Kind.allCases.count)
        #expect(Set(SecretText.Kind.allCases.map(\.name)).count == SecretText.Kind.allCases.count)
        #expect(SecretText.Kind.allCases.allSatisfy { $0.prefix.utf8.count == 4 && $0.prefix.hasSuffix("_") })
    }
}
