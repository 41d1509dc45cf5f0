import OAuth
import Testing
import tessera

@Suite struct `The search for secrets` {
    static let key = APIKeyText.make(from: .system).secret.revealedValue

    /// Searches bytes that come in pieces of `size`.
    static func matches(_ bytes: [UInt8], inPiecesOf size: Int = .max) -> [SecretScanner.Match] {
        var scanner = SecretScanner()
        var found: [SecretScanner.Match] = []
        var (start, end) = (0, 0)
        while true {
            let isLast = end == bytes.count
            if !isLast { end = bytes.count - end > size ? end + size : bytes.count }
            let piece = Array(bytes[start..<end])
            start += piece.withUnsafeBytes { scanner.scan($0, isLast: isLast) { found.append($0) } }
            if isLast { return found }
        }
    }

    static func matches(_ text: String, inPiecesOf size: Int = .max) -> [SecretScanner.Match] {
        matches(Array(text.utf8), inPiecesOf: size)
    }

    @Test func `finds a key with its line and column, whatever stands around it`() throws {
        let key = Self.key
        let surroundings = [
            ("", ""), ("x", ""), ("KEY=", "\n"), ("\"", "\""), ("%3D", "%26"), ("\\n", "\\n"), ("a_ts_tsk_", "_"),
            ("\u{0}\u{1}\u{FF}", "\u{0}"), ("tsk", ""), ("tsk_tsk_", "tsk_"), ("AAAAAAAAAA", "AAAAAAAAAA"),
            (String(repeating: "A", count: 20_000), String(repeating: "A", count: 20_000)),
        ]
        for (before, after) in surroundings {
            let found = try #require(Self.matches("first\nsecond\n" + before + key + after).first)
            #expect(found.kind == .apiKey && found.isCertain)
            #expect(found.line == 3 && found.column == before.utf8.count + 1, "\(before)")
            #expect(found.beginning == String(key.prefix(8)))
        }
    }

    @Test func `finds the same in pieces of any size`() {
        let secrets = SecretKind.allCases.map { SecretGenerator.system.secret($0).revealedValue }
        var text = "ts_tsk_\n"
        for (index, secret) in (secrets + [Self.key, Self.key + Self.key]).enumerated() {
            text += String(repeating: "x y\n", count: index) + "at \(secret);"
        }
        text += "ts"
        let whole = Self.matches(text)
        #expect(whole.count == secrets.count + 3)
        for size in [1, 2, 3, 4, 5, 7, 47, 52, 53, 54, 100, 333, 1024] {
            #expect(Self.matches(text, inPiecesOf: size) == whole, "pieces of \(size)")
        }
    }

    @Test func `finds both of two that touch`() {
        let other = APIKeyText.make(from: .system).secret.revealedValue
        #expect(Self.matches(Self.key + other).map(\.beginning) == [Self.key, other].map { String($0.prefix(8)) })
    }

    @Test func `takes nothing with another checksum for a key`() {
        for place in Self.key.utf8.indices {
            var bytes = Array(Self.key.utf8)
            let index = Self.key.utf8.distance(from: Self.key.startIndex, to: place)
            bytes[index] = bytes[index] == 0x41 ? 0x42 : 0x41
            #expect(Self.matches(bytes).allSatisfy { !$0.isCertain })
        }
        for end in 0..<Self.key.utf8.count { #expect(Self.matches(Array(Self.key.utf8.prefix(end))).isEmpty) }
        let words = "int ts_k_alloc(struct tsk_buf *tsk_tail_of_a_function_with_quite_a_long_name_that_goes_on_and_on);"
        #expect(Self.matches(words).isEmpty)
    }

    @Test func `calls probable what has no checksum, and wants it to stand alone`() throws {
        let secret = SecretGenerator.system.secret(.clientSecret).revealedValue
        for before in ["", " ", "=", "\"", "%3D", "\\n", "\n"] {
            let found = try #require(Self.matches(before + secret + "\n").first, "\(before)")
            #expect(found.kind == .clientSecret && !found.isCertain)
        }
        for text in ["x" + secret, secret + "x", "_" + secret, String(secret.dropLast())] {
            #expect(Self.matches(text).isEmpty)
            #expect(Self.matches(text, inPiecesOf: 5).isEmpty)
        }
    }

    @Test func `reads hostile runs once`() {
        // Each prefix of a long run could ask for the whole of it; the suite's limit of time is the assertion.
        let run = String(repeating: "tsa_", count: 500_000)
        #expect(Self.matches(run).isEmpty)
        #expect(Self.matches(run, inPiecesOf: 1 << 20).isEmpty)
    }
}
