package import JOSE
package import OAuth
package import Storage

extension Administration {
    package func resources(
        after id: ClientID?, limit: Int, by administrator: Administrator, at now: NumericDate
    ) async throws -> [ProtectedResource] {
        try demand(.read, of: administrator, at: now)
        return try await store.resources(after: id, limit: try pageSize(limit))
    }

    package func resource(
        _ id: ClientID, by administrator: Administrator, at now: NumericDate
    ) async throws -> ProtectedResource {
        try demand(.read, of: administrator, at: now)
        return try await existingResource(id)
    }

    package func createResource(
        _ draft: ResourceDraft, by administrator: Administrator, at now: NumericDate
    ) async throws -> Registered<ProtectedResource> {
        try demand(.write, of: administrator, at: now)
        var resource = try draft.checked(policy: provider.policy, secrets: provider.secrets, at: now)
        let secret =
            resource.credentials.method.usesSecret
            ? try resource.credentials.addSecret(secrets: provider.secrets, at: now).secret : nil
        let created = resource
        return try await changes.alone {
            let event = event(
                "resource.created", on: "resource:\(created.id)",
                detail: "\(created.identifier), \(created.tokenFormat.rawValue)", by: administrator, at: now)
            guard try await store.resource(identifiedBy: created.identifier) == nil else {
                throw AdministrationError.conflict("the identifier is taken by a resource")
            }
            try await ensureKey(for: created, by: administrator, at: now)
            guard try await store.insert(created, recording: event) == .inserted else {
                throw AdministrationError.conflict("the id is taken by a client, a resource or a person")
            }
            provider.registry.forgetResource(created.id, identifier: created.identifier)
            return Registered(created, secret: secret)
        }
    }

    package func updateResource(
        _ id: ClientID, with change: ResourceChange, expecting version: Int64? = nil, by administrator: Administrator,
        at now: NumericDate
    ) async throws -> ProtectedResource {
        try demand(.write, of: administrator, at: now)
        return try await changes.alone {
            let resource = try await existingResource(id)
            try check(version, against: resource.version)
            guard !isBuiltIn(resource) || change.changesLifetimeOnly else {
                throw AdministrationError.conflict(
                    "of the administration resource only access_token_lifetime can change")
            }
            var changed = try change.checked(against: resource, policy: provider.policy, at: now)
            let fields = resource.changedFields(to: changed)
            guard !fields.isEmpty else { return resource }
            try await ensureKey(for: changed, by: administrator, at: now)
            changed.keepFormerAlgorithm(of: resource, provider.keyRing.snapshot, at: now)
            let isDisabling = resource.isEnabled && !changed.isEnabled
            let isEnabling = changed.isEnabled && !resource.isEnabled
            let isNarrowing = !resource.scope.isSubset(of: changed.scope)
            let action = isDisabling ? "resource.disabled" : isEnabling ? "resource.enabled" : "resource.updated"
            try await save(
                changed, ending: isDisabling || isNarrowing ? [.resource(resource.identifier)] : [],
                recording: event(
                    action, on: "resource:\(id)", detail: "changed \(fields.joined(separator: ", "))",
                    by: administrator, at: now))
            return try await existingResource(id)
        }
    }

    package func deleteResource(
        _ id: ClientID, expecting version: Int64? = nil, by administrator: Administrator, at now: NumericDate
    ) async throws {
        try demand(.write, of: administrator, at: now)
        try await changes.alone {
            let resource = try await changeableResource(id)
            try check(version, against: resource.version)
            let ending = try await store.deleteResource(
                id, advancing: [.resource(resource.identifier)],
                recording: event(
                    "resource.deleted", on: "resource:\(id)", detail: resource.identifier.rawValue, by: administrator,
                    at: now))
            _ = try counters(of: ending.change, "resource")
            provider.registry.forgetResource(id, identifier: resource.identifier)
            provider.revocations.apply(ending, at: now)
            provider.revocations.feed.endReaders(of: resource.identifier)
        }
    }

    /// Adds a secret; the others end after `overlap` seconds if it is given.
    package func addResourceSecret(
        _ id: ClientID, endingOthersIn overlap: Int64?, by administrator: Administrator, at now: NumericDate
    ) async throws -> NewSecret {
        try demand(.write, of: administrator, at: now)
        return try await changes.alone {
            var resource = try await changeableResource(id)
            let new = try resource.credentials.addSecret(
                endingOthersIn: overlap, secrets: provider.secrets, at: now)
            resource.updatedAt = now
            try await save(
                resource, ending: [],
                recording: event(
                    "resource.secret_added", on: "resource:\(id)", detail: "secret \(new.stored.id)", by: administrator,
                    at: now))
            return new
        }
    }

    package func removeResourceSecret(
        _ secret: String, of id: ClientID, by administrator: Administrator, at now: NumericDate
    ) async throws {
        try demand(.write, of: administrator, at: now)
        try await changes.alone {
            var resource = try await changeableResource(id)
            guard resource.credentials.removeSecret(secret) else { throw AdministrationError.missing("secret") }
            resource.updatedAt = now
            try await save(
                resource, ending: [],
                recording: event(
                    "resource.secret_removed", on: "resource:\(id)", detail: "secret \(secret)", by: administrator,
                    at: now))
        }
    }

    /// Ends every token for the resource so far; returns the new counter.
    package func revokeResourceTokens(
        _ id: ClientID, by administrator: Administrator, at now: NumericDate
    ) async throws -> Int64 {
        try demand(.write, of: administrator, at: now)
        return try await changes.alone {
            let resource = try await existingResource(id)
            return try await advance(
                .resource(resource.identifier),
                recording: event("resource.tokens_revoked", on: "resource:\(id)", by: administrator, at: now))
        }
    }

    /// Whether it is the administration API itself.
    package func isBuiltIn(_ resource: ProtectedResource) -> Bool {
        resource.identifier == provider.administrationResource
    }

    private func existingResource(_ id: ClientID) async throws -> ProtectedResource {
        guard let resource = try await store.resource(id) else { throw AdministrationError.missing("resource") }
        return resource
    }

    private func changeableResource(_ id: ClientID) async throws -> ProtectedResource {
        let resource = try await existingResource(id)
        guard !isBuiltIn(resource) else {
            throw AdministrationError.conflict("the administration resource is part of the server")
        }
        return resource
    }

    private func ensureKey(
        for resource: ProtectedResource, by administrator: Administrator, at now: NumericDate
    ) async throws {
        guard resource.tokenFormat == .jwt else { return }
        try await provider.keys.ensureKey(
            for: resource.signingAlgorithm, by: administrator.actor, from: administrator.caller, at: now)
    }

    private func save(
        _ resource: ProtectedResource, ending epochs: [EpochKey], recording event: AuditEvent
    ) async throws {
        let change = try await store.update(resource, advancing: epochs, recording: event)
        let counters = try counters(of: change, "resource")
        provider.registry.forgetResource(resource.id, identifier: resource.identifier)
        provider.revocations.apply(counters, at: event.at)
        // Whoever listens has to prove anew that they may.
        provider.revocations.feed.endReaders(of: resource.identifier)
    }
}

extension ProtectedResource {
    fileprivate func changedFields(to other: ProtectedResource) -> [String] {
        var fields: [String] = []
        if name != other.name { fields.append("name") }
        if isEnabled != other.isEnabled { fields.append("enabled") }
        if scope != other.scope { fields.append("scope") }
        if scopeDescriptions != other.scopeDescriptions { fields.append("scope_descriptions") }
        if tokenFormat != other.tokenFormat { fields.append("token_format") }
        if accessTokenLifetime != other.accessTokenLifetime { fields.append("access_token_lifetime") }
        if signingAlgorithm != other.signingAlgorithm { fields.append("signing_algorithm") }
        return fields + credentials.changedFields(to: other.credentials)
    }
}
