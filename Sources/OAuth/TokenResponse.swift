import JOSE

/// A successful answer of the token endpoint (RFC 6749 §5.1, OpenID Core §3.1.3.3).
public struct TokenResponse: Sendable {
    public let accessToken: Secret
    /// Seconds.
    public let expiresIn: Int64
    public let scope: Scope
    public var refreshToken: Secret?
    public var idToken: Secret?
    /// What kind of token it is; only a token exchange says so (RFC 8693 §2.2.1).
    public var issuedTokenType: String?

    public init(
        accessToken: Secret, expiresIn: Int64, scope: Scope, refreshToken: Secret? = nil, idToken: Secret? = nil
    ) {
        self.accessToken = accessToken
        self.expiresIn = expiresIn
        self.scope = scope
        self.refreshToken = refreshToken
        self.idToken = idToken
    }

    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 2048)
        writer.beginObject()
        writer.member("access_token", accessToken.revealedValue)
        writer.member("issued_token_type", issuedTokenType)
        writer.member("token_type", "Bearer")
        writer.member("expires_in", expiresIn)
        if let refreshToken { writer.member("refresh_token", refreshToken.revealedValue) }
        if let idToken { writer.member("id_token", idToken.revealedValue) }
        if !scope.isEmpty { writer.member("scope", scope.description) }
        writer.endObject()
        return writer.bytes
    }
}
