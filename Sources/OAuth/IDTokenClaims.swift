import Crypto
public import JOSE

/// What an ID token says of one sign-in (OpenID Core §2).
public struct IDTokenClaims: Hashable, Sendable {
    public var issuer: Issuer
    public var subject: Subject
    public var audience: ClientID
    public var issuedAt: NumericDate
    public var expiresAt: NumericDate
    public var authentication: AccessTokenAuthentication
    public var nonce: String?
    /// See ``halfHash(of:for:)``.
    public var accessTokenHash: String?
    /// Claims about the person that were asked for in the ID token; none of them can replace one of the above.
    public var personal: JSONObject

    public init(
        issuer: Issuer, subject: Subject, audience: ClientID, issuedAt: NumericDate, expiresAt: NumericDate,
        authentication: AccessTokenAuthentication, nonce: String? = nil, accessTokenHash: String? = nil,
        personal: JSONObject = JSONObject()
    ) {
        self.issuer = issuer
        self.subject = subject
        self.audience = audience
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.authentication = authentication
        self.nonce = nonce
        self.accessTokenHash = accessTokenHash
        self.personal = personal
    }

    /// The media type in the header.
    public static let type = "JWT"

    /// Names that only the issuer's own words may stand under.
    static let reserved: Set<String> = [
        "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash",
        "s_hash", "sid", "events", "cnf", "act", "client_id", "scope", "typ",
    ]

    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("iss", issuer.rawValue)
        writer.member("sub", subject.rawValue)
        writer.member("aud", audience.rawValue)
        writer.member("exp", expiresAt)
        writer.member("iat", issuedAt)
        authentication.write(to: &writer)
        writer.member("nonce", nonce)
        writer.member("at_hash", accessTokenHash)
        for (name, value) in personal.members where !Self.reserved.contains(name) {
            writer.name(name)
            writer.value(value)
        }
        writer.endObject()
        return writer.bytes
    }

    /// `at_hash`: the left half of the token's hash, by the hash function of the ID token's own algorithm (OpenID Core
    /// §3.1.3.6). For Ed25519 that is SHA-512.
    public static func halfHash(of token: Secret, for algorithm: Algorithm) -> String {
        let text = token.revealedValue
        let hash: [UInt8]
        switch algorithm {
        case .ES256, .RS256, .PS256: hash = SHA256.hash(utf8: text).bytes
        case .ES384: hash = Array(SHA384.hash(data: Array(text.utf8)))
        case .EdDSA: hash = Array(SHA512.hash(data: Array(text.utf8)))
        }
        return Base64URL.encode(hash.prefix(hash.count / 2))
    }
}
