import JOSE
import OAuth
package import Storage

extension OpenIDProvider {
    /// A key from what was asked for, with a text that is known to nobody yet.
    func newKey(_ checked: CheckedAPIKey, of owner: APIKeyOwner, at now: NumericDate) -> NewAPIKey {
        let text = APIKeyText.make(from: secrets)
        let key = APIKey(
            id: GrantID(unchecked: secrets.identifier()), hash: TokenHash(of: text.secret), owner: owner,
            name: checked.name, resourceScopes: checked.resourceScopes, networks: checked.networks,
            quota: checked.quota, isDirect: checked.isDirect, createdAt: now,
            expiresAt: checked.lifetime.map { now + .seconds($0) })
        return NewAPIKey(stored: key, secret: text.secret)
    }

    /// The key that takes the place of another: the same but for its text, its name in the store and its time.
    func successor(of old: APIKey, at now: NumericDate) -> NewAPIKey {
        let lifetime = old.successorLifetime ?? policy.apiKeys.lifetime
        let checked = CheckedAPIKey(
            name: old.name, resourceScopes: old.resourceScopes, networks: old.networks, quota: old.quota,
            isDirect: old.isDirect,
            lifetime: old.expiresAt == nil && policy.apiKeys.allowsEndless
                ? nil : min(lifetime, policy.apiKeys.maximumLifetime))
        return newKey(checked, of: old.owner, at: now)
    }

    /// What is wrong with the resources and scopes of a key for its owner; `byPerson`: the person chooses them, and may have
    /// only what was described for people.
    func problems(
        with scopes: [ResourceIndicator: Scope], for owner: APIKeyOwner, byPerson: Bool
    ) async throws -> [Problem] {
        var problems: [Problem] = []
        for (identifier, scope) in scopes.sorted(by: { $0.key < $1.key }) {
            guard identifier != administrationResource, identifier.rawValue != issuer.rawValue,
                let resource = try await registry.resource(identifiedBy: identifier), resource.isEnabled
            else {
                problems.append(Problem("resource", "is not one that a key can be for"))
                continue
            }
            var allowed = resource.scope
            if byPerson { allowed = Scope(unchecked: allowed.tokens.filter { resource.scopeDescriptions[$0] != nil }) }
            if case .client(let client) = owner {
                let grant = try await registry.grants(of: client).first { $0.resource == identifier }
                allowed = allowed.intersection(grant?.scope ?? .empty)
            }
            if !scope.isSubset(of: allowed) { problems.append(Problem("scope", "goes beyond what the owner may have")) }
        }
        return problems
    }

    /// What the caller is told of a key that is not accepted; the audit log is told why, and a honey key raises its alarm.
    func rejection(
        for refusal: APIKeyRefusal, of endpoint: String, client: ClientID?, caller: Caller, at now: NumericDate
    ) -> Rejection {
        let rejection = Rejection.apiKeyRefused(refusal.fault, refusal.key?.id, retryAfter: refusal.retryAfter)
        usage.count(.refused, client: client, resource: nil, at: now)
        let decision = decisions.record(
            Refusal(
                of: endpoint, reason: rejection.reason, client: client, caller: caller, at: now,
                evidence: refusal.evidence(at: now)))
        if refusal.fault == .honey, let key = refusal.key {
            raiseHoneyAlarm(
                of: key, detail: rejection.reason, decision: decision.rawValue, client: client, caller: caller, at: now)
            return rejection
        }
        refusals.record(
            AuditEvent(
                at: now, action: "\(endpoint).refused", outcome: .refusal,
                actor: client.map { "client:\($0)" } ?? "anonymous", target: refusal.key?.mention ?? "",
                address: caller.address, requestID: caller.requestID, detail: rejection.reason,
                decision: decision.rawValue))
        return rejection
    }

    /// Ends a key; `false` if it had ended before.
    func endKey(
        _ id: GrantID, because reason: EndReason, with effects: Effects, at now: NumericDate
    ) async throws -> Bool {
        let ended = try await store.end(.key(id), because: reason, at: now, with: effects)
        revocations.apply(ended, at: now)
        return !ended.isEmpty
    }
}

extension APIKey {
    /// As long as this one was meant to live; a reroll has shortened it.
    fileprivate var successorLifetime: Int64? {
        guard successor == nil, let expiresAt else { return nil }
        return max(60, (expiresAt - createdAt).components.seconds)
    }

    /// In the audit log.
    package var mention: String { "api_key:\(id)" }
}
