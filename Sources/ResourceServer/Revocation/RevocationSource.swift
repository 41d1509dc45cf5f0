public import JOSE

/// Knows which tokens have ended before their time: a copy of what the issuer publishes, kept current by a reader.
public protocol RevocationSource: Sendable {
    /// What is asked on each request with this token, without waiting.
    ///
    /// It is made once for each token that is remembered, so that the names under which the token can end are hashed
    /// once.
    func lookup(for token: AccessToken) -> RevocationLookup

    /// Another number whenever something has ended or the source begins anew: what the issuer answered about an opaque
    /// token before then is asked again.
    var version: UInt64 { get }

    /// Whether the issuer has told that it does not trust this key of its tokens any more; `false` where nobody says so.
    func isDistrusted(keyID: String) -> Bool
}

public typealias RevocationLookup = @Sendable (_ now: NumericDate) -> RevocationAnswer

extension RevocationSource {
    public func isDistrusted(keyID: String) -> Bool { false }

    public func isRevoked(_ token: AccessToken, at now: NumericDate) -> RevocationAnswer { lookup(for: token)(now) }
}

/// What is known of a token's end.
public enum RevocationAnswer: Hashable, Sendable {
    /// It has not ended, and what says so is recent enough.
    case current
    case revoked
    /// The last word of the issuer is older than the bound: what then counts was chosen by whoever runs this resource.
    case stale(StaleMode)
}

/// What counts while nobody can say whether a token was revoked.
public enum StaleMode: String, Hashable, Sendable, CaseIterable {
    /// No token is good.
    case refuse
    /// The issuer is asked about each token.
    case introspect
    /// A token is good as long as it says.
    case acceptUntilExpiry = "accept-until-expiry"
}
