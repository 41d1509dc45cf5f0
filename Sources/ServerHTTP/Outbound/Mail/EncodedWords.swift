import FoundationEssentials

/// Header text beyond ASCII, in words that every mail program reads (RFC 2047).
enum EncodedWords {
    private static let opening = "=?utf-8?B?"
    private static let closing = "?="
    /// RFC 2047 §2: a word has at most 75 characters, a line with one at most 76.
    private static let maximumLine = 76
    /// Of unencoded text; longer lines are legal, but not liked (RFC 5322 §2.1.1).
    private static let maximumPlain = 60

    /// Unstructured text, such as a subject. `column`: what stands before it in the line.
    static func text(_ text: String, after column: Int) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
        return isPlain && text.utf8.count <= maximumPlain ? text : encoded(text, after: column)
    }

    /// A display name: what is more than letters, digits and single spaces is encoded, so that nothing needs quoting.
    static func phrase(_ text: String, after column: Int) -> String {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let isPlain = words.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isAlphanumeric) }
        return isPlain && text.utf8.count <= maximumPlain ? text : encoded(text, after: column)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D: true
        default: false
        }
    }

    /// Words on lines of their own; none ends within a character (RFC 2047 §5).
    private static func encoded(_ text: String, after column: Int) -> String {
        var words: [String] = []
        var word: [UInt8] = []
        var room = capacity(after: column)
        for character in text.unicodeScalars {
            let bytes = Array(String(character).utf8)
            if word.count + bytes.count > room {
                words.append(close(word))
                word = []
                room = capacity(after: 1)
            }
            word += bytes
        }
        words.append(close(word))
        return words.joined(separator: "\r\n ")
    }

    /// How many bytes fit into a word in a line that has `column` characters already.
    private static func capacity(after column: Int) -> Int {
        let room = maximumLine - column - opening.utf8.count - closing.utf8.count
        return max(room, 8) / 4 * 3
    }

    private static func close(_ bytes: [UInt8]) -> String { opening + Data(bytes).base64EncodedString() + closing }
}
