public import JOSE

/// What a client is told when a session or a person is signed out (OpenID Back-Channel Logout §2.4).
public struct LogoutTokenClaims: Hashable, Sendable {
    public var issuer: Issuer
    public var audience: ClientID
    public var tokenID: TokenID
    public var issuedAt: NumericDate
    public var expiresAt: NumericDate
    public var subject: Subject
    /// `nil`: all sessions of the person at this client.
    public var session: SessionID?

    public init(
        issuer: Issuer, audience: ClientID, tokenID: TokenID, issuedAt: NumericDate, expiresAt: NumericDate,
        subject: Subject, session: SessionID? = nil
    ) {
        self.issuer = issuer
        self.audience = audience
        self.tokenID = tokenID
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.subject = subject
        self.session = session
    }

    /// The media type in the header, which keeps it from being taken for an ID token.
    public static let type = "logout+jwt"
    /// The member of `events` that makes a token a logout token.
    public static let event = "http://schemas.openid.net/event/backchannel-logout"

    /// Never with a `nonce` (OpenID Back-Channel Logout §2.4).
    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 384)
        writer.beginObject()
        writer.member("iss", issuer.rawValue)
        writer.member("sub", subject.rawValue)
        writer.member("aud", audience.rawValue)
        writer.member("iat", issuedAt)
        writer.member("exp", expiresAt)
        writer.member("jti", tokenID.rawValue)
        writer.member("sid", session?.rawValue)
        writer.member("events") { events in
            events.beginObject()
            events.name(Self.event)
            events.beginObject()
            events.endObject()
            events.endObject()
        }
        writer.endObject()
        return writer.bytes
    }
}
