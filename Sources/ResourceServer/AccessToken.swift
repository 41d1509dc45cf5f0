public import JOSE
public import OAuth

/// What an access token proved: who may do what here, until when. Only the checks of this library make one.
///
/// One reference, so that a remembered token is handed out without copying what it says.
public struct AccessToken: Hashable, Sendable {
    private final class Content: Sendable {
        let issuer: Issuer
        let subject: Subject
        let clientID: ClientID?
        let audience: [ResourceIndicator]
        let tokenID: TokenID?
        let scope: Scope
        let issuedAt: NumericDate
        let expiresAt: NumericDate
        let notBefore: NumericDate?
        let authentication: AccessTokenAuthentication?
        let claims: JSONObject
        let proof: Proof

        init(_ claims: JSONObject, _ names: Names, _ times: Times, issuer: Issuer, proof: Proof) {
            self.issuer = issuer
            subject = names.subject
            clientID = names.client
            audience = names.audience
            tokenID = names.token
            scope = names.scope
            issuedAt = times.issuedAt
            expiresAt = times.expiresAt
            notBefore = times.notBefore
            authentication = claims.date("auth_time").map {
                AccessTokenAuthentication(
                    time: $0, acr: claims.string("acr"), methods: claims.strings("amr") ?? [],
                    session: claims.string("sid").flatMap { SessionID($0) })
            }
            self.claims = claims
            self.proof = proof
        }
    }

    /// What makes the token believable.
    public enum Proof: Hashable, Sendable {
        /// A signature of the issuer, by the key of this name if it has one.
        case signature(keyID: String?)
        /// The issuer said so when it was asked (RFC 7662): an opaque token, or an API key.
        case introspection
    }

    private let content: Content

    public var issuer: Issuer { content.issuer }
    /// The person or program that the token speaks for, as this issuer names it.
    public var subject: Subject { content.subject }
    /// The program that presents it; `nil` for an API key that no program was made for.
    public var clientID: ClientID? { content.clientID }
    public var audience: [ResourceIndicator] { content.audience }
    /// `nil` where the issuer was asked and named none.
    public var tokenID: TokenID? { content.tokenID }
    public var scope: Scope { content.scope }
    /// When the issuer was asked, where it did not say when it issued the token.
    public var issuedAt: NumericDate { content.issuedAt }
    /// Until when the issuer's answer is believed, where it named no end.
    public var expiresAt: NumericDate { content.expiresAt }
    var notBefore: NumericDate? { content.notBefore }
    /// When, how and in which session the person signed in (RFC 9068 §2.2.1); `nil` where the issuer does not say.
    public var authentication: AccessTokenAuthentication? { content.authentication }
    /// All that the token says, for claims that are an agreement between the issuer and this resource.
    public var claims: JSONObject { content.claims }
    public var proof: Proof { content.proof }
    /// Whether the issuer counted a use of an API key when it said so: such a word is for one request.
    var isMetered: Bool { proof == .introspection && claims.bool("tessera_metered") == true }
    /// The `kid` of the key that signed it, under which the issuer may distrust it; `nil` if the key has none.
    public var keyID: String? {
        guard case .signature(let keyID) = proof else { return nil }
        return keyID
    }

    /// `nil` if a claim that every access token has (RFC 9068 §2.2) is missing or of a wrong type.
    init?(_ claims: JSONObject, issuer: Issuer, keyID: String? = nil) {
        guard let names = Names(claims), names.client != nil, names.token != nil,
            let issuedAt = claims.date("iat"), let expiresAt = claims.date("exp"),
            let times = Times(claims, issuedAt: issuedAt, expiresAt: expiresAt)
        else { return nil }
        content = Content(claims, names, times, issuer: issuer, proof: .signature(keyID: keyID))
    }

    /// The same for what an issuer answered, where more may be left out (RFC 7662 §2.2).
    init?(introspected claims: JSONObject, issuer: Issuer, askedAt now: NumericDate, believedUntil end: NumericDate) {
        guard let names = Names(claims), Self.isDate(claims["iat"]), Self.isDate(claims["exp"]),
            let times = Times(
                claims, issuedAt: claims.date("iat") ?? now, expiresAt: claims.date("exp") ?? end)
        else { return nil }
        content = Content(claims, names, times, issuer: issuer, proof: .introspection)
    }

    private static func isDate(_ value: JSONValue?) -> Bool { value == nil || value?.date != nil }

    public static func == (left: AccessToken, right: AccessToken) -> Bool {
        left.content === right.content
            || (left.issuer == right.issuer && left.claims == right.claims && left.proof == right.proof
                && left.issuedAt == right.issuedAt && left.expiresAt == right.expiresAt)
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(claims) }
}

/// The names in an access token, each of its type.
private struct Names {
    let subject: Subject
    let client: ClientID?
    let audience: [ResourceIndicator]
    let token: TokenID?
    let scope: Scope

    init?(_ claims: JSONObject) {
        guard let subject = claims.string("sub").flatMap({ Subject($0) }),
            let audience = Self.audience(claims["aud"]), let scope = Self.scope(claims["scope"])
        else { return nil }
        client = claims.string("client_id").flatMap { ClientID($0) }
        token = claims.string("jti").flatMap { TokenID($0) }
        // What is there is well formed.
        guard client != nil || claims["client_id"] == nil, token != nil || claims["jti"] == nil else { return nil }
        self.subject = subject
        self.audience = audience
        self.scope = scope
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

/// The moments in an access token.
private struct Times {
    let issuedAt: NumericDate
    let expiresAt: NumericDate
    let notBefore: NumericDate?

    init?(_ claims: JSONObject, issuedAt: NumericDate, expiresAt: NumericDate) {
        if let time = claims["auth_time"], time.date == nil { return nil }
        if let start = claims["nbf"], start.date == nil { return nil }
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        notBefore = claims.date("nbf")
    }
}
