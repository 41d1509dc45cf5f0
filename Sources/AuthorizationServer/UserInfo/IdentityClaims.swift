import JOSE
import OAuth
import Storage

/// What clients learn about a person: by scope, by the `claims` parameter, and by the operator's mapping.
struct IdentityClaims: Sendable {
    let store: any UserStore
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

    func forUserInfo(_ user: User, to client: ClientID, scope: Scope) -> JSONObject {
        // A claim asked for by name is open only where a scope opens it: the person agreed to scopes, in words.
        let claims = StandardClaims.select(from: Self.facts(user), scope: scope)
        return merged(claims, mapping.claims(for: user, scope: scope, client: client, in: .userInfo))
    }

    /// What the ID token says beside who and when: only what was asked for there (OpenID Core §5.4, §5.5).
    func forIDToken(_ authorization: Authorization, scope: Scope) async throws -> JSONObject {
        let wanted = (authorization.claimsRequest.flatMap { try? ClaimsRequest($0) }?.idToken ?? [])
            .filter { StandardClaims.isAllowed($0.name, by: scope) }
        let isMapped = maps(authorization, scope, to: .idToken)
        guard !wanted.isEmpty || isMapped, let user = try await store.user(authorization.subject) else {
            return JSONObject()
        }
        let claims = StandardClaims.select(from: Self.facts(user), requested: wanted)
        return merged(claims, mapping.claims(for: user, scope: scope, client: authorization.client, in: .idToken))
    }

    /// What resources learn beside the name: what the operator maps, for the scopes that were given.
    func forAccessToken(_ authorization: Authorization) async throws -> JSONObject {
        let scope = authorization.identityScope
        guard maps(authorization, scope, to: .accessToken), let user = try await store.user(authorization.subject)
        else {
            return JSONObject()
        }
        return mapping.claims(for: user, scope: scope, client: authorization.client, in: .accessToken)
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
