import JOSE
import OAuth
import Storage

/// What clients learn about a person: by scope, by the `claims` parameter, and by the operator's mapping.
struct IdentityClaims: Sendable {
    let store: any ConsentStore & UserStore
    let mapping: ClaimMapping

    /// The facts that scopes and `claims` choose from (OpenID Core §5.1). The address is vouched for or said not to be.
    static func facts(_ user: User) -> JSONObject {
        var facts = user.attributes
        facts["preferred_username"] = .string(user.username.rawValue)
        facts["updated_at"] = .integer(user.updatedAt.secondsSince1970)
        facts["email"] = user.email.map { .string($0.rawValue) }
        facts["email_verified"] = user.email == nil ? nil : .bool(user.isEmailVerified)
        facts["groups"] = nil
        facts["roles"] = nil
        return facts
    }

    /// What the scope of the token opens, and what was asked for by name and agreed to (OpenID Core §5.5).
    func forUserInfo(_ person: AuthorizingPerson, to party: RelyingParty, scope: Scope) -> JSONObject {
        let named = person.claimsRequest.flatMap { try? ClaimsRequest($0) }?.userInfo ?? []
        let asked = AskedClaims(named, of: party, agreed: person.agreedScope)
        let facts = Self.facts(person.user)
        var claims = StandardClaims.select(from: facts, scope: scope)
        if !named.isEmpty { claims = merged(claims, StandardClaims.select(from: facts, requested: asked.standard)) }
        return merged(
            claims,
            mapping.claims(for: person.user, scope: scope, client: person.client, in: .userInfo, asked: asked))
    }

    /// What the ID token says beside who and when: only what was asked for there (OpenID Core §5.4, §5.5).
    nonisolated(nonsending) func forIDToken(
        _ authorization: Authorization, to party: RelyingParty, scope: Scope
    ) async throws -> JSONObject {
        let named = authorization.claimsRequest.flatMap { try? ClaimsRequest($0) }?.idToken ?? []
        let asked = try await asked(named, in: .idToken, by: authorization, of: party, beyond: scope)
        let wanted = named.filter { claim in
            StandardClaims.isAllowed(claim.name, by: scope) || StandardClaims.isAllowed(claim.name, by: asked.open)
        }
        let isMapped = maps(authorization, scope, to: .idToken) || !asked.claims.isEmpty
        guard !wanted.isEmpty || isMapped, let user = try await store.user(authorization.subject) else {
            return JSONObject()
        }
        let claims = StandardClaims.select(from: Self.facts(user), requested: wanted)
        return merged(
            claims,
            mapping.claims(for: user, scope: scope, client: authorization.client, in: .idToken, asked: asked))
    }

    /// What resources learn beside the name: what the operator maps, for the scopes that this token stands for.
    nonisolated(nonsending) func forAccessToken(_ authorization: Authorization, scope: Scope) async throws -> JSONObject
    {
        guard maps(authorization, scope, to: .accessToken), let user = try await store.user(authorization.subject)
        else {
            return JSONObject()
        }
        return mapping.claims(for: user, scope: scope, client: authorization.client, in: .accessToken)
    }

    /// The claims that no scope of the token opens. What the person agreed to is looked up where it decides only.
    private nonisolated(nonsending) func asked(
        _ named: [ClaimsRequest.Claim], in target: ClaimMapping.Target, by authorization: Authorization,
        of party: RelyingParty, beyond scope: Scope
    ) async throws -> AskedClaims {
        let closed = named.filter { claim in
            !mapping.scopes(
                opening: claim.name, in: target, for: authorization.client, of: party, beyond: scope
            ).isEmpty
        }
        guard !closed.isEmpty else { return .none }
        guard !party.isFirstParty else { return AskedClaims(closed, of: party, agreed: .empty) }
        let consent = try await store.consent(of: authorization.subject, to: authorization.client)
        return AskedClaims(closed, of: party, agreed: consent?.identityScope ?? .empty)
    }

    /// Whether any rule concerns such a token at all: most need not know more of the person than the name.
    private func maps(_ authorization: Authorization, _ scope: Scope, to target: ClaimMapping.Target) -> Bool {
        mapping.rules.contains { rule in
            rule.targets.contains(target) && rule.scope.map { scope.contains($0) } ?? true
                && rule.clients?.contains(authorization.client) ?? true
        }
    }

    private func merged(_ claims: JSONObject, _ mapped: JSONObject) -> JSONObject {
        var claims = claims
        for (name, value) in mapped.members where claims[name] == nil { claims[name] = value }
        return claims
    }
}
