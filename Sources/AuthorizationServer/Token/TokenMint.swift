import JOSE
import OAuth
import Storage

/// What an access token is to say; the mint adds who makes it and when.
struct AccessTokenOrder: Sendable {
    /// As the client sees it.
    let subject: Subject
    let client: ClientID
    let grant: GrantID
    /// The resource that the token is for comes first.
    let audience: [ResourceIndicator]
    let scope: Scope
    /// Seconds.
    let lifetime: Int64
    let format: AccessTokenFormat
    let algorithm: Algorithm
    /// What the resource was registered with before, while that has not taken effect.
    let formerAlgorithm: Algorithm?
    /// How the person signed in; `nil` for a client on its own behalf.
    var authentication: AccessTokenAuthentication?
    /// What the operator maps into it.
    var personal = JSONObject()
    /// What the feed calls its subject, client and grant, if that is known (``RevocationList/names(subject:client:grant:)``).
    var revocationNames: [RevocationName]?
}

/// Strikes tokens from decisions: no I/O, so that a golden token needs no store and no waiting. Only the first JWT of a grant
/// whose tokens name a status list waits until its index is written.
struct TokenMint: Sendable {
    let issuer: Issuer
    let keys: KeyRing.Snapshot
    let revocations: RevocationList
    let statuses: StatusLists
    let secrets: SecretGenerator
    /// Seconds. Resources may have been registered when more was allowed.
    let maximumLifetime: Int64
    let now: NumericDate

    /// An access token for `scope` at `resource`, hanging from a client's standing `grant`.
    nonisolated(nonsending) func accessToken(
        for grant: Grant, at resource: ProtectedResource, scope: Scope
    ) async throws -> (claims: AccessTokenClaims, token: Secret) {
        try await accessToken(
            AccessTokenOrder(
                subject: grant.subject, client: grant.client, grant: grant.id, audience: [resource.identifier],
                scope: scope, lifetime: resource.accessTokenLifetime, format: resource.tokenFormat,
                algorithm: resource.signingAlgorithm, formerAlgorithm: resource.formerSigningAlgorithm))
    }

    nonisolated(nonsending) func accessToken(
        _ order: AccessTokenOrder
    ) async throws -> (claims: AccessTokenClaims, token: Secret) {
        guard let resource = order.audience.first else { throw Rejection.resourceNotNamed(order.client) }
        let idBytes = secrets.bytes(SealingKey.tokenIDLength)
        var claims = AccessTokenClaims(
            issuer: issuer.rawValue, subject: order.subject, clientID: order.client, audience: order.audience,
            tokenID: SealingKey.tokenID(idBytes), scope: order.scope, issuedAt: now,
            expiresAt: now + .seconds(min(order.lifetime, maximumLifetime)), grant: order.grant,
            epochs: revocations.epochs(
                subject: order.subject, client: order.client, grant: order.grant, audience: order.audience,
                named: order.revocationNames, at: now),
            authentication: order.authentication)
        claims.personal = order.personal
        switch order.format {
        case .jwt:
            guard let key = keys.signer(order.algorithm, after: order.formerAlgorithm, at: now) else {
                throw Rejection.signingKeyMissing(resource)
            }
            claims.status = try await statuses.reference(for: claims, knowing: revocations, at: now)
            return (claims, Secret(try key.accessTokenSigner.sign(claims.json)))
        case .opaque:
            guard let key = keys.sealer(at: now) else { throw Rejection.signingKeyMissing(resource) }
            return (claims, try key.seal(claims.json, tokenID: idBytes))
        }
    }

    /// An ID token (OpenID Core §2), with a key for what the client registered.
    func idToken(_ claims: IDTokenClaims, by key: IssuerSigningKey) throws -> Secret {
        Secret(try key.idTokenSigner.sign(claims.json))
    }

    /// A signed UserInfo answer (OpenID Core §5.3.2).
    func userInfo(_ claims: UserInfoClaims, for client: ClientID, by key: IssuerSigningKey) throws -> String {
        try key.idTokenSigner.sign(claims.signedJSON(issuer: issuer, audience: client))
    }

    /// The key for what a client is told about a person, signed with what it registered.
    func signer(_ algorithm: Algorithm, after former: Algorithm?) throws(Rejection) -> IssuerSigningKey {
        guard let key = keys.signer(algorithm, after: former, at: now) else {
            throw .signingKeyMissing(ResourceIndicator(unchecked: issuer.url(of: .userInfo)))
        }
        return key
    }
}
