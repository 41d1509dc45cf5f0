public import JOSE
public import OAuth

/// What an access token proved: who may do what here, until when. Only the checks of this library make one.
public struct AccessToken: Hashable, Sendable {
    public let issuer: Issuer
    /// The person or program that the token speaks for, as this issuer names it.
    public let subject: Subject
    public let clientID: ClientID
    public let audience: [ResourceIndicator]
    public let tokenID: TokenID
    public let scope: Scope
    public let issuedAt: NumericDate
    public let expiresAt: NumericDate
    /// When, how and in which session the person signed in (RFC 9068 §2.2.1); `nil` where the issuer does not say.
    public let authentication: AccessTokenAuthentication?
    /// The `kid` of the key that signed it, under which the issuer may distrust it; `nil` if the key has none.
    public let keyID: String?
    /// All that the token says, for claims that are an agreement between the issuer and this resource.
    public let claims: JSONObject

    /// `nil` if a claim that every access token has (RFC 9068 §2.2) is missing or of a wrong type.
    init?(_ claims: JSONObject, issuer: Issuer, keyID: String? = nil) {
        guard let subject = claims.string("sub").flatMap({ Subject($0) }),
            let client = claims.string("client_id").flatMap({ ClientID($0) }),
            let tokenID = claims.string("jti").flatMap({ TokenID($0) }),
            let issuedAt = claims.date("iat"), let expiresAt = claims.date("exp"),
            let audience = Self.audience(claims["aud"]), let scope = Self.scope(claims["scope"])
        else { return nil }
        if let time = claims["auth_time"], time.date == nil { return nil }
        self.issuer = issuer
        self.subject = subject
        clientID = client
        self.audience = audience
        self.tokenID = tokenID
        self.scope = scope
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        authentication = claims.date("auth_time").map {
            AccessTokenAuthentication(
                time: $0, acr: claims.string("acr"), methods: claims.strings("amr") ?? [],
                session: claims.string("sid").flatMap { SessionID($0) })
        }
        self.keyID = keyID
        self.claims = claims
    }

    private static func audience(_ value: JSONValue?) -> [ResourceIndicator]? {
        guard let texts = value?.string.map({ [$0] }) ?? value?.strings, !texts.isEmpty else { return nil }
        return texts.map(ResourceIndicator.init(unchecked:))
    }

    private static func scope(_ value: JSONValue?) -> Scope? {
        guard let value else { return .empty }
        return value.string.flatMap { try? Scope($0) }
    }
}
