/// The one spelling of a path that a gateway decides on and forwards.
///
/// What two programs could take for two places has none and is refused: no repair here can know which of its readings
/// the server behind has. Only escapes of unreserved characters are undone and the others written in upper case, which
/// RFC 3986 §6.2.2 calls the same path.
package struct NormalisedPath: Hashable, Sendable, CustomStringConvertible {
    package static let maximumBytes = 8_192

    /// As it is forwarded.
    package let text: String
    /// What it names, with every escape undone: what rules are compared with.
    let meaning: String

    package var description: String { text }

    package static let root = NormalisedPath(canonical: "/", meaning: "/")

    /// - Parameter path: as it came in the request, without the query.
    package init(_ path: String) throws(AmbiguousPath) {
        guard path.utf8.first == Octet.slash else { throw .notAPath }
        guard path.utf8.count <= Self.maximumBytes else { throw .tooLong }
        if path.utf8.contains(Octet.percent) {
            let bytes = try Self.normalised(path.utf8)
            meaning = try Self.meaning(of: bytes)
            text = String(decoding: bytes, as: UTF8.self)
        } else {
            for byte in path.utf8 { try Self.checkPlain(byte) }
            text = path
            meaning = path
        }
        try Self.checkSegments(text.utf8)
    }

    private init(canonical text: String, meaning: String) {
        self.text = text
        self.meaning = meaning
    }

    /// What is left below a prefix, which is itself a path of this kind again.
    func dropping(_ prefix: NormalisedPath) -> NormalisedPath {
        let length = prefix.meaning == "/" ? 0 : prefix.meaning.utf8.count
        let rest = String(decoding: meaning.utf8.dropFirst(length), as: UTF8.self)
        return rest.isEmpty
            ? .root
            : NormalisedPath(canonical: Self.drop(length, from: text), meaning: rest)
    }

    /// An escape stands for one octet of the meaning.
    private static func drop(_ count: Int, from text: String) -> String {
        var rest = text.utf8[...]
        for _ in 0..<count { rest = rest.dropFirst(rest.first == Octet.percent ? 3 : 1) }
        return String(decoding: rest, as: UTF8.self)
    }

    private static func normalised(_ path: String.UTF8View) throws(AmbiguousPath) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(path.count)
        var rest = path[...]
        while let byte = rest.popFirst() {
            guard byte == Octet.percent else {
                try checkPlain(byte)
                output.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(Octet.hexDigit), let low = rest.popFirst().flatMap(Octet.hexDigit)
            else { throw .malformed }
            let value = high << 4 | low
            try checkEscaped(value)
            if Octet.isUnreserved(value) {
                output.append(value)
            } else {
                output += [Octet.percent, Octet.hexDigits[Int(high)], Octet.hexDigits[Int(low)]]
            }
        }
        try checkEscapedTwice(output)
        return output
    }

    /// A character as it stands (`pchar` and `/` of RFC 3986 §3.3).
    private static func checkPlain(_ byte: UInt8) throws(AmbiguousPath) {
        guard !Octet.isPlain(byte) else { return }
        switch byte {
        case 0x00...0x1F, 0x7F: throw .controlCharacter
        case Octet.backslash: throw .hiddenSeparator
        case Octet.semicolon: throw .parameter
        default: throw .malformed
        }
    }

    private static func checkEscaped(_ value: UInt8) throws(AmbiguousPath) {
        switch value {
        case 0x00...0x1F, 0x7F: throw .controlCharacter
        case Octet.slash, Octet.backslash: throw .hiddenSeparator
        case Octet.semicolon: throw .parameter
        default: return
        }
    }

    /// `%252e` names `%2e`, and `.` to a server that unescapes again.
    private static func checkEscapedTwice(_ bytes: [UInt8]) throws(AmbiguousPath) {
        var rest = bytes[...]
        while let percent = rest.firstIndex(of: Octet.percent) {
            rest = rest[percent...]
            let isPercent = rest.dropFirst().prefix(2).elementsEqual("25".utf8)
            let behind = rest.dropFirst(3).prefix(2)
            guard !(isPercent && behind.count == 2 && behind.allSatisfy({ Octet.hexDigit($0) != nil })) else {
                throw .escapedTwice
            }
            rest = rest.dropFirst(3)
        }
    }

    private static func meaning(of bytes: [UInt8]) throws(AmbiguousPath) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            guard byte == Octet.percent, let high = rest.popFirst().flatMap(Octet.hexDigit),
                let low = rest.popFirst().flatMap(Octet.hexDigit)
            else {
                output.append(byte)
                continue
            }
            output.append(high << 4 | low)
        }
        guard let text = String(validating: output, as: UTF8.self) else { throw .notUTF8 }
        for scalar in text.unicodeScalars where scalar.value >= 0x80 {
            guard scalar.value > 0x9F else { throw .controlCharacter }
            guard !lookAlikes.contains(scalar) else { throw .lookAlike }
        }
        return text
    }

    /// What compatibility normalisation (NFKC) turns into `.`, `/`, `\`, `%` or `;`, and the separators that only look so.
    private static let lookAlikes: Set<Unicode.Scalar> = [
        "\u{2024}", "\u{2025}", "\u{2026}", "\u{2044}", "\u{2215}", "\u{2216}", "\u{29F5}", "\u{29F8}", "\u{FE52}",
        "\u{FE54}", "\u{FE68}", "\u{FE6A}", "\u{FF05}", "\u{FF0E}", "\u{FF0F}", "\u{FF1B}", "\u{FF3C}", "\u{37E}",
    ]

    /// Only the last segment may be empty, and none is `.` or `..` (RFC 3986 §5.2.4).
    private static func checkSegments(_ path: String.UTF8View) throws(AmbiguousPath) {
        var length = 0
        var dots = 0
        for byte in path.dropFirst() {
            guard byte == Octet.slash else {
                length += 1
                if byte == Octet.dot { dots += 1 }
                continue
            }
            guard length > 0 else { throw .emptySegment }
            guard dots < length || dots > 2 else { throw .dotSegment }
            length = 0
            dots = 0
        }
        guard length == 0 || dots < length || dots > 2 else { throw .dotSegment }
    }
}
