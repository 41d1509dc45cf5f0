package import OAuth

/// The value that a check failed on, and the one that it wanted.
package struct Evidence: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        case nothing
        case text(String)
        /// Something that proves or might prove: its length is all that is kept of it.
        case secret(length: Int)
    }

    package let value: Value
    /// What would have passed here, if more can be said than the check's own explanation says.
    package let expected: String

    package init(_ value: Value = .nothing, expected: String = "") {
        self.value = value
        self.expected = expected
    }

    package init(_ text: String, expected: String = "") { self.init(.text(text), expected: expected) }

    package init(_ secret: Secret, expected: String = "") {
        self.init(.secret(length: secret.revealedValue.utf8.count), expected: expected)
    }

    package static let none = Evidence()

    /// What may be shown of the value, as the check says.
    func found(by check: Check) -> String {
        switch (value, check.sight) {
        case (.nothing, _): ""
        case (.text(let text), .value): ShownText.of(text)
        case (.text(let text), .measure): Self.measured(text.utf8.count)
        case (.secret(let length), _): Self.measured(length)
        }
    }

    private static func measured(_ length: Int) -> String { "a value of \(length) bytes, which is not kept" }
}

/// Makes text from a request fit for the journal: bounded, printable, and without anything that looks like a secret.
enum ShownText {
    static let maximumBytes = 256
    /// Characters of base64url after which a word with one of our prefixes is taken for a secret.
    private static let shortestSecret = 16

    static func of(_ text: String) -> String {
        let words = Array(text.utf8.prefix(maximumBytes * 2)).split(separator: 0x20, omittingEmptySubsequences: false)
        let shown = words.map { word(Array($0)) }.joined(separator: " ")
        guard shown.utf8.count > maximumBytes || text.utf8.count > maximumBytes * 2 else { return shown }
        // Printable ASCII: it may be cut anywhere.
        return String(shown.prefix(maximumBytes)) + "..."
    }

    private static func word(_ bytes: [UInt8]) -> String {
        if let length = secretLength(in: bytes) { return "[a secret of \(length) bytes]" }
        return String(decoding: bytes.map { (0x21...0x7E).contains($0) ? $0 : 0x3F }, as: UTF8.self)
    }

    /// How long the word is, if it holds `ts?_` with what could be a secret, or what could be a JWT.
    private static func secretLength(in word: [UInt8]) -> Int? {
        guard word.count > shortestSecret else { return nil }
        for start in word.indices.dropLast(shortestSecret) {
            let rest = word[start...]
            let isPrefixed =
                rest.starts(with: [0x74, 0x73]) && rest.dropFirst(3).first == 0x5F
                && rest.dropFirst(4).prefix(shortestSecret).count { isBase64URL($0) } == shortestSecret
            // `eyJ`: the beginning of every JSON object with a name in base64url.
            let isToken = rest.starts(with: [0x65, 0x79, 0x4A]) && rest.contains(0x2E)
            if isPrefixed || isToken { return word.count }
        }
        return nil
    }

    private static func isBase64URL(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }
}
