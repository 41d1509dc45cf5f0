import JOSE
import OAuth
import Storage

/// What an authorization request asks for, told apart: what is about the person, and what belongs to which resource.
///
/// One policy for what is unknown: it is refused, never dropped, so that no client believes it has what it has not. The
/// one exception is `offline_access`, which OpenID Core §11 tells to ignore where it is not possible.
struct ScopeRequest: Sendable {
    let registry: Registry
    let issuer: Issuer
    let client: RegisteredClient
    let party: RelyingParty
    /// Of the resources that were looked at.
    private(set) var versions: [ResourceIndicator: Int64] = [:]

    init(registry: Registry, issuer: Issuer, client: RegisteredClient, party: RelyingParty) {
        self.registry = registry
        self.issuer = issuer
        self.client = client
        self.party = party
    }

    /// As many scopes as a person can be asked about at once: each comes back as a parameter of the form, of which
    /// there may be ``FormParameters/maximumCount``.
    static let maximumScopes = 64

    mutating func resolve(
        _ requested: Scope, at named: [ResourceIndicator]
    ) async throws -> (identity: Scope, resources: [ResourceIndicator: Scope]) {
        let wanted = try await toldApart(requested, at: named)
        let count = wanted.resources.values.reduce(wanted.identity.tokens.count) { $0 + $1.tokens.count }
        guard count <= Self.maximumScopes else {
            throw OAuthError(.invalidScope, "the request asks for more than \(Self.maximumScopes) scopes at once")
        }
        return wanted
    }

    private mutating func toldApart(
        _ requested: Scope, at named: [ResourceIndicator]
    ) async throws -> (identity: Scope, resources: [ResourceIndicator: Scope]) {
        // UserInfo is a resource of its own kind: the scopes about the person are its scopes.
        let named = named.filter { $0.rawValue != issuer.url(of: .userInfo) }
        var resources: [ResourceIndicator: Scope] = [:]
        for resource in named { resources[resource] = try await permitted(at: resource) }
        guard !requested.isEmpty else {
            guard !resources.isEmpty else { throw OAuthError(.invalidScope, "scope is missing") }
            return (.empty, resources)
        }
        let identity = try identity(requested)
        let others = requested.tokens.filter { !StandardClaims.identityScopes.contains($0) }
        guard !named.isEmpty else { return (identity, try await unnamed(others)) }
        for (resource, scope) in resources {
            let wanted = scope.intersection(Scope(unchecked: others))
            guard !wanted.isEmpty else {
                throw OAuthError(.invalidScope, "the scope names nothing of a resource that is named")
            }
            resources[resource] = wanted
        }
        let found = Set(resources.values.flatMap(\.tokens))
        guard others.allSatisfy(found.contains) else { throw Self.unknown }
        return (identity, resources)
    }

    private static let unknown = OAuthError(.invalidScope, "the client may not ask for one of the scopes")

    private func identity(_ requested: Scope) throws(OAuthError) -> Scope {
        var scope = requested.tokens.filter { StandardClaims.identityScopes.contains($0) }
        if !party.identityScope.contains("offline_access") || !client.grantTypes.contains(.refreshToken) {
            scope.removeAll { $0 == "offline_access" }
        }
        guard scope.allSatisfy(party.identityScope.contains) else { throw Self.unknown }
        return Scope(unchecked: scope)
    }

    /// Without `resource`: of the default resource, or of the one resource that has such a scope.
    private mutating func unnamed(_ tokens: [String]) async throws -> [ResourceIndicator: Scope] {
        var resources: [ResourceIndicator: [String]] = [:]
        for token in tokens {
            let owners = party.resourceScopes.filter { $0.value.contains(token) }.map(\.key)
            let owner = owners.count == 1 ? owners.first : owners.first { $0 == party.defaultResource }
            guard let owner else { throw Self.unknown }
            resources[owner, default: []].append(token)
        }
        var scopes: [ResourceIndicator: Scope] = [:]
        for (resource, tokens) in resources {
            let scope = Scope(unchecked: tokens)
            guard scope.isSubset(of: try await permitted(at: resource)) else { throw Self.unknown }
            scopes[resource] = scope
        }
        return scopes
    }

    /// What the client may ask for at a resource that exists and accepts tokens (RFC 8707 §2).
    private mutating func permitted(at identifier: ResourceIndicator) async throws -> Scope {
        // Nobody gives rights over this server away on a consent page, whatever a client was registered with.
        guard identifier.rawValue != issuer.url(of: .administration), let allowed = party.resourceScopes[identifier],
            let resource = try await registry.resource(identifiedBy: identifier), resource.isEnabled
        else { throw OAuthError(.invalidTarget, "the client may not ask for this resource") }
        versions[identifier] = resource.version
        return allowed.intersection(resource.scope)
    }
}
