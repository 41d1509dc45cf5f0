import JOSE
import OAuth
import Storage

/// Judges a `private_key_jwt` (RFC 7523 §3): whose key, for us alone, now, and never twice.
struct ClientAssertionCheck: Sendable {
    let issuer: Issuer
    let policy: ServerPolicy
    let keys: ClientKeys
    let replays: any ReplayStore

    /// Keys that are tried for one assertion, at most.
    static let candidates = 10

    func check(_ assertion: UnverifiedJWT, of owner: RegisteredOwner, at now: NumericDate) async throws {
        let client = owner.id
        let verified = try await verify(assertion, of: client, registered: owner.credentials, at: now)
        let (tokenID, expiresAt) = try check(verified.claims, of: client, for: audiences(of: owner), at: now)
        // Recorded only after the signature held, or a stranger could burn the identifiers of others.
        let isNew = try await replays.claim(
            tokenID, in: .clientAssertion(client.rawValue), until: expiresAt + .seconds(policy.clockSkew))
        guard isNew else { throw Rejection.assertionReplayed(client) }
    }

    private func verify(
        _ assertion: UnverifiedJWT, of client: ClientID, registered: RegisteredCredentials, at now: NumericDate
    ) async throws -> VerifiedJWT {
        let header = assertion.header
        guard let algorithm = Algorithm(rawValue: header.algorithm),
            registered.assertionAlgorithm.map({ $0 == algorithm }) ?? true
        else { throw Rejection.assertionSignatureWrong(client) }

        let set: JWKSet
        if let inline = registered.keySet {
            set = inline
        } else if let url = registered.keySetURL {
            guard let fetched = await keys.keys(at: url, knowing: header.keyID, now: now) else {
                throw Rejection.assertionKeysUnavailable(client)
            }
            set = fetched
        } else {
            throw Rejection.assertionKeyUnknown(client)
        }
        // A bound on what one assertion makes us verify; keys that do not fit its algorithm are none of them.
        let candidates = set.keys(named: header.keyID).lazy
            .compactMap { try? VerificationKey($0, algorithm: algorithm) }.prefix(Self.candidates)
        guard !candidates.isEmpty else { throw Rejection.assertionKeyUnknown(client) }
        for key in candidates {
            if let verified = try? assertion.verified(by: key, type: .jwtOrAbsent) { return verified }
        }
        throw Rejection.assertionSignatureWrong(client)
    }

    /// The issuer as a string, the one audience of OAuth 2.1. For clients that are registered to know no better, also the
    /// token endpoint, and either of them in a list of one (RFC 7523 §3, RFC 7519 §4.1.3, OpenID Core §9).
    private func audiences(of owner: RegisteredOwner) -> [JSONValue] {
        guard case .client(let client) = owner, client.relyingParty?.mayAddressAssertionsToTokenEndpoint == true else {
            return [.string(issuer.rawValue)]
        }
        let names = [JSONValue.string(issuer.rawValue), .string(issuer.url(of: .token))]
        return names + names.map { .array([$0]) }
    }

    /// RFC 7523 §3, with one audience and nobody beside it.
    private func check(
        _ claims: JSONObject, of client: ClientID, for audiences: [JSONValue], at now: NumericDate
    ) throws(Rejection) -> (id: String, expiresAt: NumericDate) {
        func wrong(_ claim: String) -> Rejection { .assertionClaimsWrong(client, claim: claim) }
        let skew = Duration.seconds(policy.clockSkew)
        guard claims.string("iss") == client.rawValue else { throw wrong("iss") }
        guard claims.string("sub") == client.rawValue else { throw wrong("sub") }
        guard let audience = claims["aud"], audiences.contains(audience) else { throw wrong("aud") }
        guard let expiresAt = claims.date("exp"), now < expiresAt + skew,
            expiresAt <= now + .seconds(policy.maximumAssertionLifetime) + skew
        else { throw wrong("exp") }
        if claims["nbf"] != nil {
            guard let notBefore = claims.date("nbf"), notBefore <= now + skew else { throw wrong("nbf") }
        }
        if claims["iat"] != nil {
            guard let issuedAt = claims.date("iat"), issuedAt <= now + skew else { throw wrong("iat") }
        }
        guard let id = claims.string("jti"), (1...255).contains(id.utf8.count) else { throw wrong("jti") }
        return (id, expiresAt)
    }
}
