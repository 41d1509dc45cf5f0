import Gateway
import Testing

struct NormalisedPathTests {
    @Test(arguments: [
        ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("/%61%2D%5f%7E%2e", "/a-_~."), ("/%e2%82%ac", "/%E2%82%AC"),
        ("/a%20b", "/a%20b"), ("/a!$&'()*+,=:@b", "/a!$&'()*+,=:@b"), ("/100%25", "/100%25"), ("/%3f", "/%3F"),
        ("/...", "/..."), ("/.well-known/x", "/.well-known/x"), ("/a..b", "/a..b"), ("/%7B%7d", "/%7B%7D"),
    ])
    func `spells one path in one way`(written: String, expected: String) throws {
        let path = try NormalisedPath(written)
        #expect(path.text == expected)
        #expect(try NormalisedPath(path.text).text == expected)
    }

    @Test(
        arguments: [
            ("", .notAPath), ("*", .notAPath), ("a", .notAPath), ("http://other.example/", .notAPath),
            ("//", .emptySegment), ("//other.example/", .emptySegment), ("/a//b", .emptySegment),
            ("/a//", .emptySegment),
            ("/.", .dotSegment), ("/..", .dotSegment), ("/a/../b", .dotSegment), ("/a/./b", .dotSegment),
            ("/a/..", .dotSegment), ("/%2e%2e/a", .dotSegment), ("/%2E./a", .dotSegment), ("/.%2e", .dotSegment),
            ("/a%2fb", .hiddenSeparator), ("/a%2Fb", .hiddenSeparator), ("/a\\b", .hiddenSeparator),
            ("/a%5cb", .hiddenSeparator), ("/a;b", .parameter), ("/a/..;/b", .parameter), ("/a%3bb", .parameter),
            ("/a%00", .controlCharacter), ("/a%0d%0aX: y", .controlCharacter), ("/a%7f", .controlCharacter),
            ("/a\u{1}", .controlCharacter), ("/%", .malformed), ("/%2", .malformed), ("/%zz", .malformed),
            ("/%u002e", .malformed), ("/a b", .malformed), ("/a?b", .malformed), ("/a#b", .malformed),
            ("/\u{e4}", .malformed), ("/a|b", .malformed), ("/%252e%252e", .escapedTwice), ("/%25%32e", .escapedTwice),
            ("/%2525", .escapedTwice), ("/%25252e", .escapedTwice), ("/%c0%ae", .notUTF8), ("/%c0%af", .notUTF8),
            ("/%e0%80%af", .notUTF8), ("/%ff", .notUTF8), ("/%ed%a0%80", .notUTF8), ("/%c2%85", .controlCharacter),
            ("/%ef%bc%8e%ef%bc%8e", .lookAlike), ("/a%ef%bc%8fb", .lookAlike), ("/a%ef%bc%85", .lookAlike),
            ("/%e2%80%a5", .lookAlike), ("/" + String(repeating: "a", count: 65_536), .tooLong),
        ] as [(String, AmbiguousPath)])
    func `refuses what two servers could take for two places`(written: String, reason: AmbiguousPath) {
        #expect(throws: reason) { try NormalisedPath(written) }
    }

    /// Every octet, as it stands and escaped: what is taken means the same octet afterwards.
    @Test func `keeps the meaning of every octet`() {
        for value in UInt8.min...UInt8.max {
            let digits = String(value, radix: 16)
            let escaped = "/a%" + (digits.count == 1 ? "0" : "") + digits
            if let path = try? NormalisedPath(escaped) {
                #expect(unescaped(path.text) == Array("/a".utf8) + [value], "\(escaped)")
            }
            let plain = String(decoding: Array("/a".utf8) + [value], as: UTF8.self)
            if value < 0x80, let path = try? NormalisedPath(plain) { #expect(path.text == plain) }
        }
    }

    private func unescaped(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                output.append(byte)
                continue
            }
            output += UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16).map { [$0] } ?? []
            rest = rest.dropFirst(2)
        }
        return output
    }
}
