import JOSE
import OAuth
import Storage

/// The `client_credentials` grant (RFC 6749 §4.4): a client at a resource where it has a standing permission.
struct ClientCredentialsGrant: Sendable {
    let registry: Registry
    let mint: TokenMint

    func issue(
        _ parameters: ClientCredentialsParameters, to client: AuthenticatedClient
    ) async throws -> Answered<TokenResponse> {
        // RFC 6749 §4.4: only a client that keeps a secret may act on its own behalf.
        guard client.registration.credentials.method != .none else { throw Rejection.grantTypeNotAllowed(client.id) }
        try client.check(mayUse: .clientCredentials)
        let grants = try await registry.grants(of: client.id)
        let grant = try choose(from: grants, for: parameters.resource, client: client.id)
        guard let resource = try await registry.resource(identifiedBy: grant.resource), resource.isEnabled else {
            throw Rejection.resourceDisabled(client.id, grant.resource)
        }
        // A resource may have given up a scope since the permission was given.
        let permitted = grant.scope.intersection(resource.scope)
        let scope = parameters.scope ?? permitted
        guard scope.isSubset(of: permitted) else { throw Rejection.scopeNotPermitted(client.id, grant.resource) }

        if let seconds = mint.revocations.budget.wait(for: grant.id, at: mint.now) {
            throw Rejection.revokesTooOften(client.id, retryAfter: seconds)
        }
        let (claims, token) = try await mint.accessToken(for: grant, at: resource, scope: scope)
        return Answered(
            TokenResponse(
                accessToken: token, expiresIn: (claims.expiresAt - claims.issuedAt).components.seconds, scope: scope),
            DecisionFacts(
                "issued", client: client.id, resource: resource.identifier, grant: grant.id, tokenID: claims.tokenID))
    }

    /// RFC 8707 §2.2: the resource that was named, or the only one there is.
    private func choose(
        from grants: [Grant], for resource: ResourceIndicator?, client: ClientID
    ) throws(Rejection) -> Grant {
        if let resource {
            guard let grant = grants.first(where: { $0.resource == resource }) else {
                throw .resourceNotPermitted(client, resource)
            }
            return grant
        }
        guard let only = grants.first, grants.count == 1 else { throw .resourceNotNamed(client) }
        return only
    }
}
