import JOSE

/// A name for one kind of thing; two kinds are two types, so that a grant is never looked up by a client's name.
///
/// Identifiers are visible ASCII (`%x21-7E`), 1 to 255 bytes, so that Swift's canonical equivalence of strings and the
/// byte comparison that the standards ask for are the same thing.
public protocol Identifier: Hashable, Sendable, CustomStringConvertible, Comparable {
    var rawValue: String { get }
    /// For text that this program made or that its store returned.
    init(unchecked rawValue: String)
}

extension Identifier {
    /// The longest identifier that is accepted, in bytes.
    public static var maximumLength: Int { 255 }

    /// Checks text that came from outside; `nil` if it is empty, too long or not visible ASCII.
    public init?(_ text: String) {
        guard (1...Self.maximumLength).contains(text.utf8.count) else { return nil }
        var copy = text
        let isVisible = copy.withUTF8 { bytes in
            var other = false
            for byte in bytes { other = other || byte < 0x21 || byte > 0x7E }
            return !other
        }
        guard isVisible else { return nil }
        self.init(unchecked: text)
    }

    public var description: String { rawValue }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The `client_id` of a registered client or of a protected resource's credentials (RFC 6749 §2.2).
public struct ClientID: Identifier {
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// Whom a token speaks for: a person, or the client itself (RFC 9068 §2.2).
public struct Subject: Identifier {
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }

    /// A client that acts on its own behalf.
    public init(_ client: ClientID) { self.init(unchecked: client.rawValue) }
}

/// One permission that was given, from which tokens hang.
public struct GrantID: Identifier {
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// The `jti` of a token (RFC 7519 §4.1.7).
public struct TokenID: Identifier {
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// The `kid` of a key of this issuer (RFC 7515 §4.1.4).
public struct KeyID: Identifier {
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// A sign-in session of a person at this issuer, or the `sid` of ID tokens and logout tokens (OpenID Front-Channel Logout
/// §3), the name by which one client knows it.
public struct SessionID: Identifier {
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}
