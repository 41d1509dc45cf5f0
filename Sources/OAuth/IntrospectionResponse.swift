public import JOSE

/// What a protected resource is told about a token (RFC 7662 §2.2).
public enum IntrospectionResponse: Sendable {
    /// Expired, revoked, unknown, malformed, or not for this resource: one answer for all of them.
    case inactive
    case active(AccessTokenClaims)
    case activeKey(APIKeyClaims)

    /// What only this endpoint says.
    private static let own: Set<String> = ["active", "token_type", "username"]

    /// The one inactive answer, byte for byte.
    static let inactiveJSON = Array(#"{"active":false}"#.utf8)

    public var json: [UInt8] {
        switch self {
        case .inactive: Self.inactiveJSON
        case .active(let claims): Self.json(of: claims)
        case .activeKey(let claims): claims.json
        }
    }

    private static func json(of claims: AccessTokenClaims) -> [UInt8] {
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
        // RFC 9470 §6.2: a resource that asks for a better or newer sign-in judges by these.
        claims.authentication?.write(to: &writer)
        for (name, value) in claims.personal.members where !own.contains(name) {
            writer.name(name)
            writer.value(value)
        }
        writer.endObject()
        return writer.bytes
    }
}

/// What a protected resource is told about an API key: as much as about a token, and no more than concerns it.
public struct APIKeyClaims: Hashable, Sendable {
    public var issuer: String
    /// The name of the key, which is not its text.
    public var id: String
    /// Whom it acts for.
    public var subject: Subject
    /// The client that owns it; `nil` for a person's.
    public var clientID: ClientID?
    public var audience: ResourceIndicator
    public var scope: Scope
    public var issuedAt: NumericDate
    /// `nil`: it has no end.
    public var expiresAt: NumericDate?
    /// Whether its uses are counted: then each answer is one, and is for one request (`tessera_metered`, a member of
    /// this server's own).
    public var isMetered: Bool

    public static let tokenType = "api_key"

    public init(
        issuer: String, id: String, subject: Subject, clientID: ClientID?, audience: ResourceIndicator, scope: Scope,
        issuedAt: NumericDate, expiresAt: NumericDate?, isMetered: Bool = false
    ) {
        self.issuer = issuer
        self.id = id
        self.subject = subject
        self.clientID = clientID
        self.audience = audience
        self.scope = scope
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.isMetered = isMetered
    }

    var json: [UInt8] {
        var writer = JSONWriter(capacity: 384)
        writer.beginObject()
        writer.member("active", true)
        writer.member("scope", scope.description)
        writer.member("client_id", clientID?.rawValue)
        writer.member("token_type", Self.tokenType)
        if let expiresAt { writer.member("exp", expiresAt.secondsSince1970) }
        writer.member("iat", issuedAt.secondsSince1970)
        writer.member("sub", subject.rawValue)
        writer.member("aud", audience.rawValue)
        writer.member("iss", issuer)
        writer.member("jti", id)
        if isMetered { writer.member("tessera_metered", true) }
        writer.endObject()
        return writer.bytes
    }
}
