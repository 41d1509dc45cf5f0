import JOSE

/// A set of scope tokens in the order they were given (RFC 6749 §3.3).
public struct Scope: Sendable, Hashable, CustomStringConvertible {
    /// Unique, never empty strings.
    public let tokens: [String]

    /// The longest scope text that is read, in bytes, and the most tokens in it.
    public static let maximumLength = 4096
    public static let maximumCount = 128

    public static let empty = Scope(unchecked: [])

    /// Tokens that are known to be well formed.
    public init(unchecked tokens: [String]) {
        var unique: [String] = []
        unique.reserveCapacity(tokens.count)
        for token in tokens where !unique.contains(token) { unique.append(token) }
        self.init(unique: unique)
    }

    private init(unique tokens: [String]) { self.tokens = tokens }

    /// Reads `scope-token *( SP scope-token )`; repeated tokens count once.
    public init(_ text: String) throws(OAuthError) {
        guard text.utf8.count <= Self.maximumLength else {
            throw OAuthError(.invalidScope, "scope is longer than \(Self.maximumLength) bytes")
        }
        var copy = text
        let tokens = copy.withUTF8 { bytes in
            Result { () throws(OAuthError) in try Self.tokens(in: bytes) }
        }
        self.init(unchecked: try tokens.get())
    }

    /// Read in place: every new token of an issuer has a scope.
    private static func tokens(in bytes: UnsafeBufferPointer<UInt8>) throws(OAuthError) -> [String] {
        var tokens: [String] = []
        var start = 0
        while start < bytes.count {
            guard bytes[start] != 0x20 else {
                start &+= 1
                continue
            }
            var end = start
            while end < bytes.count, bytes[end] != 0x20 {
                guard isScopeCharacter(bytes[end]) else {
                    throw OAuthError(.invalidScope, "scope contains a character that RFC 6749 does not allow")
                }
                end &+= 1
            }
            guard tokens.count < maximumCount else {
                throw OAuthError(.invalidScope, "scope names more than \(maximumCount) tokens")
            }
            tokens.append(String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self))
            start = end
        }
        return tokens
    }

    /// `NQCHAR` of RFC 6749 §3.3 (Appendix A.4): visible ASCII without `"` and `\`.
    static func isScopeCharacter(_ byte: UInt8) -> Bool {
        byte == 0x21 || (0x23...0x5B).contains(byte) || (0x5D...0x7E).contains(byte)
    }

    public var isEmpty: Bool { tokens.isEmpty }
    public func contains(_ token: String) -> Bool { tokens.contains(token) }
    public func isSubset(of other: Scope) -> Bool { tokens.allSatisfy(other.contains) }
    public func intersection(_ other: Scope) -> Scope {
        isSubset(of: other) ? self : Scope(unique: tokens.filter(other.contains))
    }

    /// Its own tokens, and those of the other that it lacks.
    public func union(_ other: Scope) -> Scope {
        other.isSubset(of: self) ? self : Scope(unique: tokens + other.tokens.filter { !contains($0) })
    }

    /// Space-separated, as on the wire.
    public var description: String { tokens.joined(separator: " ") }

    /// Order does not matter: a scope is a set.
    public static func == (left: Scope, right: Scope) -> Bool {
        left.tokens.count == right.tokens.count && left.isSubset(of: right)
    }
    public func hash(into hasher: inout Hasher) { hasher.combine(Set(tokens)) }
}
