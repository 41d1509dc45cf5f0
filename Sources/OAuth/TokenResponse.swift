import JOSE

/// A successful answer of the token endpoint (RFC 6749 §5.1).
public struct TokenResponse: Sendable {
    public let accessToken: Secret
    /// Seconds.
    public let expiresIn: Int64
    public let scope: Scope

    public init(accessToken: Secret, expiresIn: Int64, scope: Scope) {
        self.accessToken = accessToken
        self.expiresIn = expiresIn
        self.scope = scope
    }

    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        writer.member("access_token", accessToken.revealedValue)
        writer.member("token_type", "Bearer")
        writer.member("expires_in", expiresIn)
        if !scope.isEmpty { writer.member("scope", scope.description) }
        writer.endObject()
        return writer.bytes
    }
}
