import JOSE

/// What a protected resource is told about a token (RFC 7662 §2.2).
public enum IntrospectionResponse: Sendable {
    /// Expired, revoked, unknown, malformed, or not for this resource: one answer for all of them.
    case inactive
    case active(AccessTokenClaims)

    /// What only this endpoint says.
    private static let own: Set<String> = ["active", "token_type", "username"]

    /// The one inactive answer, byte for byte.
    static let inactiveJSON = Array(#"{"active":false}"#.utf8)

    public var json: [UInt8] {
        guard case .active(let claims) = self else { return Self.inactiveJSON }
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("active", true)
        if !claims.scope.isEmpty { writer.member("scope", claims.scope.description) }
        writer.member("client_id", claims.clientID.rawValue)
        writer.member("token_type", "Bearer")
        writer.member("exp", claims.expiresAt.secondsSince1970)
        writer.member("iat", claims.issuedAt.secondsSince1970)
        writer.member("sub", claims.subject.rawValue)
        if claims.audience.count == 1, let only = claims.audience.first {
            writer.member("aud", only.rawValue)
        } else {
            writer.member("aud", claims.audience.map(\.rawValue))
        }
        writer.member("iss", claims.issuer)
        writer.member("jti", claims.tokenID.rawValue)
        for (name, value) in claims.personal.members where !Self.own.contains(name) {
            writer.name(name)
            writer.value(value)
        }
        writer.endObject()
        return writer.bytes
    }
}
