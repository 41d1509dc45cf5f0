package import JOSE
package import OAuth
package import Storage

extension Administration {
    package func clients(
        after id: ClientID?, limit: Int, by administrator: Administrator, at now: NumericDate
    ) async throws -> [RegisteredClient] {
        try demand(.read, of: administrator, at: now)
        return try await store.clients(after: id, limit: try pageSize(limit))
    }

    package func client(
        _ id: ClientID, by administrator: Administrator, at now: NumericDate
    ) async throws -> RegisteredClient {
        try demand(.read, of: administrator, at: now)
        return try await existingClient(id)
    }

    package func createClient(
        _ draft: ClientDraft, by administrator: Administrator, at now: NumericDate
    ) async throws -> Registered<RegisteredClient> {
        try demand(.write, of: administrator, at: now)
        var client = try draft.checked(secrets: provider.secrets, at: now)
        try await checkResources(of: client.relyingParty)
        let secret =
            client.credentials.method.usesSecret
            ? try client.credentials.addSecret(secrets: provider.secrets, at: now).secret : nil
        let created = client
        return try await changes.alone {
            let event = event(
                "client.created", on: "client:\(created.id)", detail: created.credentials.method.rawValue,
                by: administrator, at: now)
            try await provider.keys.ensureKeys(
                for: created.relyingParty, by: administrator.actor, from: administrator.caller, at: now)
            guard try await store.insert(created, recording: event) == .inserted else {
                throw AdministrationError.conflict("the id is taken by a client, a resource or a person")
            }
            provider.registry.forgetClient(created.id)
            return Registered(created, secret: secret)
        }
    }

    package func updateClient(
        _ id: ClientID, with change: ClientChange, expecting version: Int64? = nil, by administrator: Administrator,
        at now: NumericDate
    ) async throws -> RegisteredClient {
        try demand(.write, of: administrator, at: now)
        return try await changes.alone {
            let client = try await existingClient(id)
            try check(version, against: client.version)
            var changed = try change.checked(against: client, at: now)
            if changed.relyingParty != client.relyingParty { try await checkResources(of: changed.relyingParty) }
            let isEnabling = changed.isEnabled && !client.isEnabled
            if isEnabling || changed.credentials != client.credentials {
                try await demandGrant(over: id, of: administrator, at: now)
            }
            let fields = client.changedFields(to: changed)
            guard !fields.isEmpty else { return client }
            let isDisabling = client.isEnabled && !changed.isEnabled
            let action = isDisabling ? "client.disabled" : isEnabling ? "client.enabled" : "client.updated"
            let event = event(
                action, on: "client:\(id)", detail: "changed \(fields.joined(separator: ", "))", by: administrator,
                at: now)
            try await provider.keys.ensureKeys(
                for: changed.relyingParty, by: administrator.actor, from: administrator.caller, at: now)
            changed.relyingParty?.keepFormerAlgorithms(of: client.relyingParty, provider.keyRing.snapshot, at: now)
            try await save(changed, replacing: client, recording: event)
            return try await existingClient(id)
        }
    }

    package func deleteClient(
        _ id: ClientID, expecting version: Int64? = nil, by administrator: Administrator, at now: NumericDate
    ) async throws {
        try demand(.write, of: administrator, at: now)
        try await changes.alone {
            let client = try await existingClient(id)
            try check(version, against: client.version)
            let ending = try await store.deleteClient(
                id, advancing: [.client(id)],
                recording: event("client.deleted", on: "client:\(id)", by: administrator, at: now))
            _ = try counters(of: ending.change, "client")
            provider.registry.forgetClient(id)
            provider.revocations.apply(ending, at: now)
        }
    }

    /// Adds a secret; the others end after `overlap` seconds if it is given.
    package func addClientSecret(
        _ id: ClientID, endingOthersIn overlap: Int64?, by administrator: Administrator, at now: NumericDate
    ) async throws -> NewSecret {
        try demand(.write, of: administrator, at: now)
        return try await changes.alone {
            let client = try await existingClient(id)
            try await demandGrant(over: id, of: administrator, at: now)
            var changed = client
            let new = try changed.credentials.addSecret(
                endingOthersIn: overlap, secrets: provider.secrets, at: now)
            changed.updatedAt = max(changed.updatedAt, now)
            try await save(
                changed, replacing: client,
                recording: event(
                    "client.secret_added", on: "client:\(id)", detail: "secret \(new.stored.id)", by: administrator,
                    at: now))
            return new
        }
    }

    package func removeClientSecret(
        _ secret: String, of id: ClientID, by administrator: Administrator, at now: NumericDate
    ) async throws {
        try demand(.write, of: administrator, at: now)
        try await changes.alone {
            let client = try await existingClient(id)
            var changed = client
            guard changed.credentials.removeSecret(secret) else { throw AdministrationError.missing("secret") }
            changed.updatedAt = max(changed.updatedAt, now)
            try await save(
                changed, replacing: client,
                recording: event(
                    "client.secret_removed", on: "client:\(id)", detail: "secret \(secret)", by: administrator, at: now)
            )
        }
    }

    /// Ends every token of the client so far, those among them that its keys were exchanged for by others; returns the new
    /// counter.
    package func revokeClientTokens(
        _ id: ClientID, by administrator: Administrator, at now: NumericDate
    ) async throws -> Int64 {
        try demand(.write, of: administrator, at: now)
        return try await changes.alone {
            _ = try await existingClient(id)
            let event = event("client.tokens_revoked", on: "client:\(id)", by: administrator, at: now)
            let counters = try await store.advance([.client(id)] + keyEpochs(of: id), recording: event)
            provider.revocations.apply(counters, at: now)
            return counters[.client(id)] ?? 0
        }
    }

    /// What a client may ask people for exists.
    private func checkResources(of party: RelyingParty?) async throws {
        var problems: [Problem] = []
        for (indicator, scope) in party?.resourceScopes ?? [:] {
            guard let resource = try await store.resource(identifiedBy: indicator) else {
                problems.append(Problem("resource_scopes", "\(indicator) is not registered"))
                continue
            }
            let unknown = scope.tokens.filter { !resource.scope.contains($0) }
            guard !unknown.isEmpty else { continue }
            problems.append(
                Problem("resource_scopes", "\(indicator) does not have \(unknown.joined(separator: " "))"))
        }
        // A person gives what is theirs; administration is not.
        if party?.resourceScopes[provider.administrationResource] != nil {
            problems.append(Problem("resource_scopes", "people cannot give access to the administration API"))
        }
        guard problems.isEmpty else { throw AdministrationError.invalid(problems) }
    }

    func existingClient(_ id: ClientID) async throws -> RegisteredClient {
        guard let client = try await store.client(id) else { throw AdministrationError.missing("client") }
        return client
    }

    /// Whoever can prove to be a client has its permissions: who may not give administrative rights may not give
    /// credentials to a client that holds some, either.
    private func demandGrant(over id: ClientID, of administrator: Administrator, at now: NumericDate) async throws {
        let held = try await store.standingGrant(of: id, at: provider.administrationResource)
        if held != nil { try demand(.grant, of: administrator, at: now) }
    }

    /// In one transaction with all that the change ends.
    private func save(
        _ client: RegisteredClient, replacing old: RegisteredClient, recording event: AuditEvent
    ) async throws {
        let change = try await provider.save(
            client, old.issuedBefore(changeTo: client, at: event.at), recording: event)
        _ = try counters(of: change, "client")
    }

    /// Adds one to a counter, in the store and then in memory.
    func advance(_ epoch: EpochKey, recording event: AuditEvent) async throws -> Int64 {
        let counters = try await store.advance([epoch], recording: event)
        provider.revocations.apply(counters, at: event.at)
        return counters[epoch] ?? 0
    }
}

extension RegisteredClient {
    fileprivate func changedFields(to other: RegisteredClient) -> [String] {
        var fields: [String] = []
        if name != other.name { fields.append("name") }
        if isEnabled != other.isEnabled { fields.append("enabled") }
        if grantTypes != other.grantTypes { fields.append("grant_types") }
        if allowedOrigins != other.allowedOrigins { fields.append("allowed_origins") }
        if relyingParty != other.relyingParty { fields.append("relying_party") }
        return fields + credentials.changedFields(to: other.credentials)
    }
}

extension RegisteredCredentials {
    func changedFields(to other: RegisteredCredentials) -> [String] {
        var fields: [String] = []
        if keySet != other.keySet { fields.append("jwks") }
        if keySetURL != other.keySetURL { fields.append("jwks_uri") }
        if assertionAlgorithm != other.assertionAlgorithm { fields.append("assertion_algorithm") }
        return fields
    }
}
