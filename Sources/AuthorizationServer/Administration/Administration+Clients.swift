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
            guard try await store.insert(created, recording: event) == .inserted else {
                throw AdministrationError.conflict("the id is taken by a client or a resource")
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
            let changed = try change.checked(against: client, at: now)
            if changed.relyingParty != client.relyingParty { try await checkResources(of: changed.relyingParty) }
            let isEnabling = changed.isEnabled && !client.isEnabled
            if isEnabling || changed.credentials != client.credentials {
                try await demandGrant(over: id, of: administrator, at: now)
            }
            let fields = client.changedFields(to: changed)
            guard !fields.isEmpty else { return client }
            let isDisabling = client.isEnabled && !changed.isEnabled
            // A grant type that is taken away takes with it what was issued by it.
            let isNarrowing = !client.grantTypes.allSatisfy(changed.grantTypes.contains)
            let endsAll = isDisabling || isNarrowing
            let action = isDisabling ? "client.disabled" : isEnabling ? "client.enabled" : "client.updated"
            try await save(
                changed, ending: endsAll ? [.client(id)] : [],
                recording: event(
                    action, on: "client:\(id)", detail: "changed \(fields.joined(separator: ", "))", by: administrator,
                    at: now))
            if endsAll, client.relyingParty != nil {
                // What people gave it ends for good: enabling the client again brings nothing back.
                try await provider.end(.client(id), because: .clientDisabled, with: Effects([]), at: now)
            }
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
            let change = try await store.deleteClient(
                id, advancing: [.client(id)],
                recording: event("client.deleted", on: "client:\(id)", by: administrator, at: now))
            let counters = try counters(of: change, "client")
            provider.registry.forgetClient(id)
            provider.revocations.apply(counters)
        }
    }

    /// Adds a secret; the others end after `overlap` seconds if it is given.
    package func addClientSecret(
        _ id: ClientID, endingOthersIn overlap: Int64?, by administrator: Administrator, at now: NumericDate
    ) async throws -> NewSecret {
        try demand(.write, of: administrator, at: now)
        return try await changes.alone {
            var client = try await existingClient(id)
            try await demandGrant(over: id, of: administrator, at: now)
            let new = try client.credentials.addSecret(
                endingOthersIn: overlap, secrets: provider.secrets, at: now)
            client.updatedAt = now
            try await save(
                client, ending: [],
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
            var client = try await existingClient(id)
            guard client.credentials.removeSecret(secret) else { throw AdministrationError.missing("secret") }
            client.updatedAt = now
            try await save(
                client, ending: [],
                recording: event(
                    "client.secret_removed", on: "client:\(id)", detail: "secret \(secret)", by: administrator, at: now)
            )
        }
    }

    /// Ends every token of the client so far; returns the new counter.
    package func revokeClientTokens(
        _ id: ClientID, by administrator: Administrator, at now: NumericDate
    ) async throws -> Int64 {
        try demand(.write, of: administrator, at: now)
        return try await changes.alone {
            _ = try await existingClient(id)
            return try await advance(
                .client(id), recording: event("client.tokens_revoked", on: "client:\(id)", by: administrator, at: now))
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

    private func save(
        _ client: RegisteredClient, ending epochs: [EpochKey], recording event: AuditEvent
    ) async throws {
        let change = try await store.update(client, advancing: epochs, recording: event)
        let counters = try counters(of: change, "client")
        provider.registry.forgetClient(client.id)
        provider.revocations.apply(counters)
    }

    /// Adds one to a counter, in the store and then in memory.
    func advance(_ epoch: EpochKey, recording event: AuditEvent) async throws -> Int64 {
        let counters = try await store.advance([epoch], recording: event)
        provider.revocations.apply(counters)
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
