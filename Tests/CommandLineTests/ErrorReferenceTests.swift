import AuthorizationServer
import FoundationEssentials
import TestSupport
import Testing
import tessera

@Suite struct `The reference of refusals` {
    @Test func `is what the program explains`() throws {
        let isCurrent = try Repository.text("docs/reference/errors.md") == String(ErrorReference.markdown.dropLast())
        #expect(isCurrent, "run make docs")
        for refusal in ErrorReference.refusals { #expect(ErrorReference.markdown.contains("### `\(refusal.word)`")) }
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
