import JOSE

/// The identifier of a protected resource: an absolute URI, compared byte for byte (RFC 8707 §2).
public struct ResourceIndicator: Hashable, Sendable, CustomStringConvertible, Comparable {
    public let rawValue: String
    public static let maximumLength = 512

    public init(unchecked rawValue: String) { self.rawValue = rawValue }

    /// Refuses what is relative, carries a fragment (RFC 8707 §2), is too long, or holds characters that no URI has.
    public init(_ text: String) throws(OAuthError) {
        let bytes = Array(text.utf8)
        guard (1...Self.maximumLength).contains(bytes.count) else {
            throw OAuthError(.invalidTarget, "resource must be 1 to \(Self.maximumLength) bytes long")
        }
        guard bytes.allSatisfy(Self.isURICharacter) else {
            throw OAuthError(.invalidTarget, "resource contains a character that no URI has")
        }
        guard !bytes.contains(0x23) else {
            throw OAuthError(.invalidTarget, "resource must not have a fragment")
        }
        guard let colon = bytes.firstIndex(of: 0x3A), Self.isScheme(bytes[..<colon]), colon + 1 < bytes.count else {
            throw OAuthError(.invalidTarget, "resource must be an absolute URI")
        }
        if bytes.starts(with: "http:".utf8) || bytes.starts(with: "https:".utf8) {
            let rest = bytes[(colon + 1)...]
            guard rest.starts(with: "//".utf8), rest.count > 2, rest.dropFirst(2).first != 0x2F else {
                throw OAuthError(.invalidTarget, "resource must name a host")
            }
        }
        self.init(unchecked: text)
    }

    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, isLetter(first) else { return false }
        return bytes.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }

    /// Visible ASCII without the characters that RFC 3986 leaves out.
    private static func isURICharacter(_ byte: UInt8) -> Bool {
        guard (0x21...0x7E).contains(byte) else { return false }
        return ![0x22, 0x3C, 0x3E, 0x5C, 0x5E, 0x60, 0x7B, 0x7C, 0x7D].contains(byte)
    }

    public var description: String { rawValue }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
