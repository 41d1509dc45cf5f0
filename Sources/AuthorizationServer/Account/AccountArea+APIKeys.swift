package import JOSE
package import OAuth
package import Storage

/// How making a key on the account page ended.
package enum APIKeyOutcome: Sendable {
    case made(NewAPIKey)
    /// Nothing was made; ``AccountOutcome/done`` does not occur.
    case refused(AccountOutcome)
    /// The person has as many keys as may be.
    case full
}

/// A resource and those of its scopes that people may give to a key.
package struct KeyResource: Sendable {
    package let resource: ProtectedResource
    package let scopes: [String]
}

extension AccountArea {
    /// Whether this page exists at all.
    package var hasKeys: Bool { provider.policy.apiKeys.isForPeople }

    /// The person's keys, newest first; also those that are over, until they are swept away.
    package func apiKeys(at now: NumericDate) async throws -> [APIKey] {
        try await store.apiKeys(of: .person(user.id))
    }

    /// What a key can be for, by name.
    package func keyResources() async throws -> [KeyResource] {
        var found: [KeyResource] = []
        var last: ClientID?
        repeat {
            let page = try await store.resources(after: last, limit: 100)
            last = page.count == 100 ? page.last?.id : nil
            for resource in page where resource.isEnabled && resource.identifier != provider.administrationResource {
                let scopes = resource.scope.tokens.filter { resource.scopeDescriptions[$0] != nil }
                if !scopes.isEmpty { found.append(KeyResource(resource: resource, scopes: scopes)) }
            }
        } while last != nil && found.count < Self.maximumKeyResources
        return found.sorted {
            ($0.resource.name, $0.resource.id.rawValue) < ($1.resource.name, $1.resource.id.rawValue)
        }
    }

    private static let maximumKeyResources = 200

    /// Makes a key of the person's own. Whoever sits at an open browser does not know the password.
    package func createKey(_ draft: APIKeyDraft, password: Secret, at now: NumericDate) async throws -> APIKeyOutcome {
        guard hasKeys else { return .refused(.gone) }
        if let refusal = try await refusal(of: password, on: "account.api_key", at: now) { return .refused(refusal) }
        let checked: CheckedAPIKey
        do {
            checked = try draft.checked(under: provider.policy.apiKeys, isHoney: false)
        } catch {
            guard case .invalid(let problems) = error else { throw error }
            return .refused(.invalid(problems))
        }
        let owner = APIKeyOwner.person(user.id)
        let problems = try await provider.problems(with: checked.resourceScopes, for: owner, byPerson: true)
        guard problems.isEmpty else { return .refused(.invalid(problems)) }
        let new = provider.newKey(checked, of: owner, at: now)
        let effects = try effects("api_key.created", new.stored, at: now)
        switch try await store.insert(new.stored, most: provider.policy.apiKeys.perOwner, with: effects) {
        case .done: return .made(new)
        case .full: return .full
        case .missing: return .refused(.gone)
        }
    }

    /// Makes the key that takes the place of one of the person's own; the old one goes on for a while.
    package func rerollKey(_ id: GrantID, password: Secret, at now: NumericDate) async throws -> APIKeyOutcome {
        guard hasKeys, let old = try await ownKey(id) else { return .refused(.gone) }
        if let refusal = try await refusal(of: password, on: "account.api_key", at: now) { return .refused(refusal) }
        let new = provider.successor(of: old, at: now)
        let effects = try effects("api_key.rerolled", new.stored, at: now)
        let end = now + .seconds(provider.policy.apiKeys.overlap)
        switch try await store.reroll(
            id, to: new.stored, until: end, most: provider.policy.apiKeys.perOwner, with: effects)
        {
        case .done:
            provider.keyQuotas.pass(from: old, to: new.stored.id, at: now)
            return .made(new)
        case .full: return .full
        case .missing, .ended: return .refused(.gone)
        case .rerolled: return .refused(.conflict)
        }
    }

    /// Ends one of the person's own keys, with all that was had for it; nobody else's can be named.
    package func endKey(_ id: GrantID, at now: NumericDate) async throws -> AccountOutcome {
        guard let key = try await ownKey(id) else { return .gone }
        let event = event("api_key.ended", detail: key.mention, at: now)
        _ = try await provider.endKey(id, because: .keyEnded, with: Effects([event]), at: now)
        return .done
    }

    private func ownKey(_ id: GrantID) async throws -> APIKey? {
        guard let key = try await store.apiKey(id), key.owner == .person(user.id) else { return nil }
        return key
    }

    private func effects(_ action: String, _ key: APIKey, at now: NumericDate) throws -> Effects {
        Effects(
            [event(action, detail: key.mention, at: now)],
            mails: try provider.notices(.apiKeyCreated(name: key.name, .init(browser, at: now)), to: user, at: now))
    }
}
