/// What a template may be told: text and shapes of text, all of which reaches the page escaped.
package enum PageValue: Hashable, Sendable {
    case text(String)
    case flag(Bool)
    case list([PageValue])
    case group([String: PageValue])

    /// Text that may be missing: a section over it is left out when it is.
    package static func optional(_ text: String?) -> PageValue {
        guard let text, !text.isEmpty else { return .flag(false) }
        return .text(text)
    }

    /// In the shape that Mustache reads.
    var forTemplate: Any {
        switch self {
        case .text(let text): Self.separated(text)
        case .flag(let flag): flag
        case .list(let values): values.map(\.forTemplate)
        case .group(let members): members.mapValues(\.forTemplate)
        }
    }

    /// The same text with every character of HTML's syntax standing alone.
    ///
    /// Mustache escapes by `Character`: a quote that a combining mark follows is another character to it and would pass
    /// as it is, although a browser still sees the quote. A zero-width space keeps the two apart.
    static func separated(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
        var separated = String.UnicodeScalarView()
        for character in text {
            let isJoined = character.unicodeScalars.count > 1
            for scalar in character.unicodeScalars {
                let standsAlone = isJoined && isSyntax(scalar)
                if standsAlone { separated.append(zeroWidthSpace) }
                separated.append(scalar)
                if standsAlone { separated.append(zeroWidthSpace) }
            }
        }
        return String(separated)
    }

    private static let zeroWidthSpace: Unicode.Scalar = "\u{200B}"

    private static func isSyntax(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "<", ">", "&", "\"", "'": true
        default: false
        }
    }
}

extension PageValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral text: String) { self = .text(text) }
    package init(booleanLiteral flag: Bool) { self = .flag(flag) }
}
