import JOSE
import OAuth
import Storage

/// Strikes access tokens from a decision: no I/O, so that a golden token needs no store and no waiting.
struct TokenMint: Sendable {
    let issuer: Issuer
    let keys: KeyRing.Snapshot
    let revocations: RevocationList
    let secrets: SecretGenerator
    /// Seconds. Resources may have been registered when more was allowed.
    let maximumLifetime: Int64
    let now: NumericDate

    /// An access token for `scope` at `resource`, hanging from `grant`.
    func accessToken(
        for grant: Grant, at resource: ProtectedResource, scope: Scope
    ) throws -> (claims: AccessTokenClaims, token: Secret) {
        let idBytes = secrets.bytes(SealingKey.tokenIDLength)
        let claims = AccessTokenClaims(
            issuer: issuer.rawValue, subject: grant.subject, clientID: grant.client, audience: [resource.identifier],
            tokenID: SealingKey.tokenID(idBytes), scope: scope, issuedAt: now,
            expiresAt: now + .seconds(min(resource.accessTokenLifetime, maximumLifetime)), grant: grant.id,
            epochs: revocations.epochs(
                subject: grant.subject, client: grant.client, grant: grant.id, resource: resource.identifier))
        switch resource.tokenFormat {
        case .jwt:
            guard let key = keys.signer(resource.signingAlgorithm, at: now) else {
                throw Rejection.signingKeyMissing(resource.identifier)
            }
            return (claims, Secret(try key.accessTokenSigner.sign(claims.json)))
        case .opaque:
            guard let key = keys.sealer(at: now) else { throw Rejection.signingKeyMissing(resource.identifier) }
            return (claims, try key.seal(claims.json, tokenID: idBytes))
        }
    }
}
