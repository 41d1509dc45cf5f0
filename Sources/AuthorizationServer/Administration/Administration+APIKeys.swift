package import JOSE
package import OAuth
package import Storage

/// Whose key an administrator makes.
package struct APIKeyOwnerDraft: Sendable {
    package var user: String?
    package var client: String?
    /// A key that never grants and always alarms.
    package var isHoney: Bool
    package init(user: String?, client: String?, isHoney: Bool) {
        self.user = user
        self.client = client
        self.isHoney = isHoney
    }
}

extension Administration {
    /// Makes a key for a person, a program, or nobody.
    package func createKey(
        _ draft: APIKeyDraft, for wanted: APIKeyOwnerDraft, by administrator: Administrator, at now: NumericDate
    ) async throws -> NewAPIKey {
        try demand(.write, of: administrator, at: now)
        let owner = try await owner(wanted)
        let checked = try draft.checked(under: provider.policy.apiKeys, isHoney: owner == .nobody)
        let problems = try await provider.problems(with: checked.resourceScopes, for: owner, byPerson: false)
        guard problems.isEmpty else { throw AdministrationError.invalid(problems) }
        let new = provider.newKey(checked, of: owner, at: now)
        let event = event(
            "api_key.created", on: new.stored.mention, detail: owner.mention, by: administrator, at: now)
        let effects = Effects([event], mails: try await notices(of: new.stored, administrator, at: now))
        switch try await store.insert(new.stored, most: provider.policy.apiKeys.perOwner, with: effects) {
        case .done:
            provider.honeyKeys.add(new.stored)
            return new
        case .full: throw AdministrationError.conflict("the owner has as many keys as may be; end one first")
        case .missing: throw AdministrationError.conflict("the owner is disabled or locked down")
        }
    }

    /// The keys, without what they are made of: that is known to nobody but whoever has them.
    package func apiKeys(
        after id: String?, limit: Int, by administrator: Administrator, at now: NumericDate
    ) async throws -> [APIKey] {
        try demand(.read, of: administrator, at: now)
        return try await store.apiKeys(after: id.map(GrantID.init(unchecked:)), limit: try pageSize(limit))
    }

    package func apiKey(_ id: GrantID, by administrator: Administrator, at now: NumericDate) async throws -> APIKey {
        try demand(.read, of: administrator, at: now)
        return try await existingKey(id)
    }

    /// Makes the key that takes the place of another, which goes on for `overlap` seconds.
    package func rerollKey(
        _ id: GrantID, overlap: Int64?, by administrator: Administrator, at now: NumericDate
    ) async throws -> NewAPIKey {
        try demand(.write, of: administrator, at: now)
        let overlap = overlap ?? provider.policy.apiKeys.overlap
        guard (0...APIKeyPolicy.longestOverlap).contains(overlap) else {
            throw AdministrationError.invalid(
                [Problem("overlap", "must be 0 to \(APIKeyPolicy.longestOverlap) seconds")])
        }
        let old = try await existingKey(id)
        let new = provider.successor(of: old, at: now)
        let event = event(
            "api_key.rerolled", on: old.mention, detail: "to \(new.stored.mention)", by: administrator, at: now)
        let effects = Effects([event], mails: try await notices(of: new.stored, administrator, at: now))
        switch try await store.reroll(
            id, to: new.stored, until: now + .seconds(overlap), most: provider.policy.apiKeys.perOwner, with: effects)
        {
        case .done:
            provider.honeyKeys.add(new.stored)
            provider.keyQuotas.pass(from: old, to: new.stored.id, at: now)
            return new
        case .full:
            throw AdministrationError.conflict("as many keys of the owner as may be live on already; end one first")
        case .missing: throw AdministrationError.conflict("the owner is disabled or locked down")
        case .rerolled: throw AdministrationError.conflict("the key has a successor already")
        case .ended: throw AdministrationError.conflict("the key is over; make another one")
        }
    }

    /// Ends a key with all that was had for it. Twice is the same as once.
    package func endKey(_ id: GrantID, by administrator: Administrator, at now: NumericDate) async throws {
        try demand(.write, of: administrator, at: now)
        let key = try await existingKey(id)
        let event = event("api_key.ended", on: key.mention, by: administrator, at: now)
        _ = try await provider.endKey(id, because: .administrator, with: Effects([event]), at: now)
    }

    /// Ends a key that leaked, by its text; whether there was such a key.
    package func reportKey(
        _ secret: Secret, by administrator: Administrator, at now: NumericDate
    ) async throws -> Bool {
        try demand(.write, of: administrator, at: now)
        return try await provider.quarantine(secret, reportedBy: administrator.actor, administrator.caller, at: now)
    }

    private func existingKey(_ id: GrantID) async throws -> APIKey {
        guard let key = try await store.apiKey(id) else { throw AdministrationError.missing("API key") }
        return key
    }

    private func owner(_ wanted: APIKeyOwnerDraft) async throws -> APIKeyOwner {
        switch (wanted.user, wanted.client, wanted.isHoney) {
        case (let user?, nil, false):
            guard let id = Subject(user) else { throw AdministrationError.missing("user") }
            return .person(try await existingUser(id).id)
        case (nil, let client?, false):
            guard let id = ClientID(client) else { throw AdministrationError.missing("client") }
            return .client(try await existingClient(id).id)
        case (nil, nil, true): return .nobody
        default: throw AdministrationError.invalid([Problem("user", "name one of user, client and honey")])
        }
    }

    /// A person is told of a key that acts in their name.
    private func notices(
        of key: APIKey, _ administrator: Administrator, at now: NumericDate
    ) async throws -> [MailItem] {
        guard case .person(let subject) = key.owner, let user = try await store.user(subject) else { return [] }
        let done = MailMessage.Circumstances(at: now, address: administrator.address, userAgent: "")
        return try provider.notices(.apiKeyCreated(name: key.name, done), to: user, at: now)
    }
}

extension APIKeyOwner {
    /// In the audit log.
    package var mention: String {
        switch self {
        case .person(let subject): "user:\(subject)"
        case .client(let client): "client:\(client)"
        case .nobody: "honey"
        }
    }
}
