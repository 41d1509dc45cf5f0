public import JOSE
public import OAuth

/// What an ID token proved: who signed in, when and how. Only the checks of this library make one.
public struct IDToken: Hashable, Sendable {
    public let subject: Subject
    /// Names the session in logout tokens.
    public let session: SessionID?
    public let authenticatedAt: NumericDate?
    public let contextClass: String?
    public let methods: [String]
    public let claims: JSONObject
    /// The token itself, as `id_token_hint` of later requests.
    public let text: String
}

/// What an ID token must say (OpenID Core §3.1.3.7, §12.2).
struct IDTokenExpectation: Sendable {
    var nonce: Secret?
    var accessToken: Secret?
    /// It was not made before this.
    var notBefore: NumericDate?
    var maxAge: Int64?
    var contextClasses: [String] = []
    /// Of the first ID token, where this one comes with a refresh.
    var previous: IDToken?
}

/// Checks ID tokens of one provider for one client.
struct IDTokenChecker: Sendable {
    let provider: Provider
    let client: RelyingPartyClient

    func check(
        _ text: String?, _ expected: IDTokenExpectation, at now: NumericDate
    ) async throws(OAuthClientError) -> IDToken {
        guard let text else { throw .token(.missing) }
        let claims = try await verifiedClaims(text, type: .jwtOrAbsent, at: now)
        try checkTimes(claims, expected, at: now)
        guard let subject = claims.string("sub").flatMap({ Subject($0) }) else { throw .token(.wrongSubject) }
        try checkBinding(claims, expected)
        let token = IDToken(
            subject: subject, session: claims.string("sid").flatMap { SessionID($0) },
            authenticatedAt: claims.date("auth_time"), contextClass: claims.string("acr"),
            methods: claims.strings("amr") ?? [], claims: claims, text: text)
        try checkSignIn(token, expected, at: now)
        return token
    }

    /// Signature, algorithm, issuer and audience: what ID tokens and logout tokens have in common.
    func verifiedClaims(
        _ text: String, type: JWTType, at now: NumericDate
    ) async throws(OAuthClientError) -> JSONObject {
        guard let jwt = try? UnverifiedJWT(text) else { throw .token(.malformed) }
        // OpenID Core §3.1.3.7 rule 7: the registered algorithm, whatever the token says.
        guard jwt.header.algorithm == client.idTokenAlgorithm.rawValue else { throw .token(.wrongAlgorithm) }
        let keys = try await provider.keys(for: jwt.header, at: now)
        guard !keys.isEmpty else { throw .token(.unknownKey) }
        guard let verified = keys.lazy.compactMap({ try? jwt.verified(by: $0, type: type) }).first else {
            throw .token(.wrongSignature)
        }
        let claims = verified.claims
        guard let issuer = claims.string("iss"), issuer.utf8.elementsEqual(provider.issuer.rawValue.utf8) else {
            throw .token(.wrongIssuer)
        }
        // Rule 3: this client, and nobody else whom it would have to trust.
        let audience = claims["aud"]?.string.map { [$0] } ?? claims.strings("aud") ?? []
        guard audience == [client.id.rawValue] else { throw .token(.wrongAudience) }
        if let party = claims["azp"] {
            guard party == .string(client.id.rawValue) else { throw .token(.wrongParty) }
        }
        return claims
    }

    private func checkTimes(
        _ claims: JSONObject, _ expected: IDTokenExpectation, at now: NumericDate
    ) throws(OAuthClientError) {
        guard let expiry = claims.date("exp"), let issued = claims.date("iat") else { throw .token(.malformed) }
        guard now < expiry + client.clockTolerance else { throw .token(.expired) }
        guard issued <= now + client.clockTolerance else { throw .token(.fromTheFuture) }
        if let start = claims["nbf"] {
            guard let start = start.date, start <= now + client.clockTolerance else { throw .token(.fromTheFuture) }
        }
        if let notBefore = expected.notBefore, issued + client.clockTolerance < notBefore { throw .token(.tooOld) }
    }

    private func checkBinding(_ claims: JSONObject, _ expected: IDTokenExpectation) throws(OAuthClientError) {
        if let nonce = expected.nonce {
            guard let claimed = claims.string("nonce"), nonce.matches(claimed) else { throw .token(.wrongNonce) }
        }
        if let hash = claims["at_hash"], let token = expected.accessToken {
            let right = IDTokenClaims.halfHash(of: token, for: client.idTokenAlgorithm)
            guard hash == .string(right) else { throw .token(.wrongAccessTokenHash) }
        }
    }

    private func checkSignIn(
        _ token: IDToken, _ expected: IDTokenExpectation, at now: NumericDate
    ) throws(OAuthClientError) {
        if let maxAge = expected.maxAge {
            guard let time = token.authenticatedAt, now <= time + .seconds(maxAge) + client.clockTolerance else {
                throw .token(.wrongAuthenticationTime)
            }
        }
        if !expected.contextClasses.isEmpty {
            guard let contextClass = token.contextClass, expected.contextClasses.contains(contextClass) else {
                throw .token(.wrongContextClass)
            }
        }
        guard let previous = expected.previous else { return }
        // OpenID Core §12.2: a refresh speaks of the same person and the same sign-in.
        guard token.subject == previous.subject else { throw .token(.wrongSubject) }
        guard token.authenticatedAt == nil || token.authenticatedAt == previous.authenticatedAt else {
            throw .token(.wrongAuthenticationTime)
        }
        let nonce = token.claims["nonce"]
        guard nonce == nil || nonce == previous.claims["nonce"] else { throw .token(.wrongNonce) }
    }
}

extension Secret {
    /// In a time that does not depend on where the texts differ.
    func matches(_ text: String) -> Bool {
        let left = revealedValue.utf8
        let right = text.utf8
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
