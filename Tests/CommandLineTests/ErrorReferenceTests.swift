import AuthorizationServer
import FoundationEssentials
import Gateway
import ResourceServer
import TestSupport
import Testing
import tessera

@Suite struct `The reference of refusals` {
    @Test func `is what the program explains`() throws {
        let isCurrent = try Repository.text("docs/reference/errors.md") == String(ErrorReference.markdown.dropLast())
        #expect(isCurrent, "run make docs")
        for refusal in ErrorReference.refusals { #expect(ErrorReference.markdown.contains("### `\(refusal.word)`")) }
    }

    /// That each has one, the compiler sees; that it says something of its own, this.
    @Test func `has a text of its own for each word of the gateway and of the library`() {
        let words = GatewayWord.allCases.map(\.rawValue) + AmbiguousPath.allCases.map(\.rawValue)
        for word in words { #expect(ErrorReference.markdown.contains("### `\(word)`\n\n")) }
        #expect(Set(words).count == words.count)
        let texts =
            GatewayWord.allCases.map(\.explanation) + AmbiguousPath.allCases.map(\.explanation)
            + ErrorReference.refusals.map(\.explanation)
        #expect(Set(texts).count == texts.count)
        for text in texts {
            for sentence in [text.refused, text.checked, text.wouldPass, text.change] {
                #expect(sentence.hasSuffix(".") && sentence.count > 3, "\(sentence)")
            }
        }
    }

    /// A new case has a word for the log, or the code does not compile; here it must have an explanation, too.
    @Test func `explains each word of each case of the engine`() throws {
        for name in ["Rejection", "Authorization/AuthorizationFault"] {
            let text = try Repository.text("Sources/AuthorizationServer/\(name).swift")
            let start = try #require(text.firstRange(of: "package var reason: String {"))
            let end = try #require(text[start.upperBound...].firstRange(of: "\n    }\n"))
            let body = text[start.upperBound..<end.lowerBound]
            let words = body.split(separator: "\n").compactMap { line in
                line.split(separator: ": \"").dropFirst().first.map { String($0.dropLast()) }
            }
            #expect(words.count > 8)
            // Those of nested faults are tried case by case with the engine's own tests.
            for word in words where !word.contains("\\(") {
                #expect(Check(rawValue: word) != nil, "\(word) has no explanation")
            }
        }
    }

    /// Reasons are words in the code: each has to be one that is explained.
    @Test func `explains each word with which the edge refuses`() throws {
        var words: Set<String> = []
        for name in ["Sources/ServerHTTP", "Sources/AuthorizationServer"] {
            for text in try Repository.sources(in: name) {
                for mark in [#".malformed(""#, #"reason: ""#, #"onRefusal(""#, #"(403, ""#, #"recordRefusal(""#] {
                    for part in text.split(separator: mark, omittingEmptySubsequences: false).dropFirst() {
                        words.insert(String(part.prefix { $0 != "\"" }))
                    }
                }
            }
        }
        // Sentences are no reasons, and `forbidden` is the code beside one.
        words = words.filter { word in !word.isEmpty && word.utf8.allSatisfy { $0 == 0x5F || $0 >= 0x61 } }
        words.remove("forbidden")
        #expect(words.count > 30)
        for word in words { #expect(Check(reason: word) != .other, "\(word) has no explanation") }
    }
}
