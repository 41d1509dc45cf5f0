package import JOSE
package import OAuth
package import Storage

/// A permission as somebody asks for it; nothing in it is checked yet.
package struct PermissionDraft: Sendable {
    package var resource: String?
    package var scope: String?
    package var problems: [Problem]

    package init(resource: String?, scope: String?, problems: [Problem] = []) {
        self.resource = resource
        self.scope = scope
        self.problems = problems
    }

    func checked() throws(AdministrationError) -> (resource: ResourceIndicator, scope: Scope) {
        var check = DraftCheck(problems)
        let resource = check.required(resource, "resource").flatMap { check.indicator($0, "resource") }
        let scope = check.required(scope, "scope").map { check.scope($0) }
        try check.finish()
        guard let resource, let scope else { throw .invalid([]) }
        return (resource, scope)
    }
}

extension Administration {
    /// The standing permissions of a client.
    package func permissions(
        of id: ClientID, by administrator: Administrator, at now: NumericDate
    ) async throws -> [Grant] {
        try demand(.read, of: administrator, at: now)
        _ = try await existingClient(id)
        return try await store.grants(of: id)
    }

    /// Gives a client a permission, or replaces the scope of the one that it has at the resource. What is taken away
    /// thereby ends the tokens that hang from it.
    package func permit(
        _ id: ClientID, _ draft: PermissionDraft, by administrator: Administrator, at now: NumericDate
    ) async throws -> Grant {
        try demand(.write, of: administrator, at: now)
        let (indicator, scope) = try draft.checked()
        if indicator == provider.administrationResource { try demand(.grant, of: administrator, at: now) }
        return try await changes.alone {
            let client = try await existingClient(id)
            // RFC 6749 §4.4: a client that proves nothing may not act on its own behalf.
            guard client.credentials.method != .none else {
                throw AdministrationError.conflict(
                    "a client with the authentication method none can hold no permission")
            }
            guard let resource = try await store.resource(identifiedBy: indicator) else {
                throw AdministrationError.invalid([Problem("resource", "is not registered")])
            }
            let unknown = scope.tokens.filter { !resource.scope.contains($0) }
            guard unknown.isEmpty else {
                throw AdministrationError.invalid([
                    Problem("scope", "names what the resource does not have: \(unknown.joined(separator: " "))")
                ])
            }
            let previous = try await store.standingGrant(of: id, at: indicator)
            let narrowed = previous.flatMap { $0.scope.isSubset(of: scope) ? nil : $0 }
            let epochs = try await epochs(of: narrowed)
            let grant = Grant(
                id: GrantID(unchecked: provider.secrets.identifier(prefix: "g_")), client: id, subject: Subject(id),
                resource: indicator, scope: scope, createdAt: now)
            let permission = try await store.permit(
                grant, advancing: epochs,
                recording: event(
                    "permission.given", on: "client:\(id)", detail: "at \(indicator): \(scope)", by: administrator,
                    at: now))
            guard case .given(let stored, let counters) = permission else {
                throw AdministrationError.missing("client")
            }
            provider.registry.forgetGrants(of: id)
            provider.revocations.apply(counters, at: now)
            try await endLateKeyTokens(of: narrowed, counters, by: administrator, at: now)
            return stored
        }
    }

    /// Takes a permission away, and with it the tokens that hang from it.
    package func forbid(
        _ id: ClientID, at resource: ResourceIndicator, by administrator: Administrator, at now: NumericDate
    ) async throws {
        try demand(.write, of: administrator, at: now)
        try await changes.alone {
            _ = try await existingClient(id)
            guard let grant = try await store.standingGrant(of: id, at: resource) else {
                throw AdministrationError.missing("permission")
            }
            try await end(
                grant,
                recording: event(
                    "permission.removed", on: "client:\(id)", detail: "at \(resource)", by: administrator, at: now),
                by: administrator)
        }
    }

    /// Ends a grant, whatever it was given for.
    package func revokeGrant(_ id: GrantID, by administrator: Administrator, at now: NumericDate) async throws {
        try demand(.write, of: administrator, at: now)
        try await changes.alone {
            guard let grant = try await store.grant(id) else { throw AdministrationError.missing("grant") }
            try await end(
                grant,
                recording: event(
                    "grant.revoked", on: "grant:\(id)", detail: "of client:\(grant.client) at \(grant.resource)",
                    by: administrator, at: now),
                by: administrator)
        }
    }

    private func end(_ grant: Grant, recording event: AuditEvent, by administrator: Administrator) async throws {
        let now = event.at
        let change = try await store.revoke(
            grant.id, because: .administrator, advancing: try await epochs(of: grant), at: now, recording: event)
        let counters = try counters(of: change, "grant")
        provider.registry.forgetGrants(of: grant.client)
        provider.revocations.apply(counters, at: now)
        try await endLateKeyTokens(of: grant, counters, by: administrator, at: now)
    }

    /// The counters on which the tokens of a permission hang: its own, and those of the client's keys at that resource.
    /// A token that a key was exchanged for names the key and not the permission that made it worth something.
    private func epochs(of grant: Grant?) async throws -> [EpochKey] {
        guard let grant else { return [] }
        return try await [.grant(grant.id)] + keyEpochs(of: grant.client, at: grant.resource)
    }

    /// A key that was made while the permission was taken away may have been exchanged under the old one.
    private func endLateKeyTokens(
        of grant: Grant?, _ advanced: [EpochKey: Int64], by administrator: Administrator, at now: NumericDate
    ) async throws {
        guard let grant else { return }
        let late = try await keyEpochs(of: grant.client, at: grant.resource).filter { advanced[$0] == nil }
        guard !late.isEmpty else { return }
        let event = event(
            "client.key_tokens_revoked", on: "client:\(grant.client)", detail: "at \(grant.resource)",
            by: administrator, at: now)
        provider.revocations.apply(try await store.advance(late, recording: event), at: now)
    }

    /// Those of the client's keys, at one resource or at all; of keys that ended no token is alive.
    func keyEpochs(of client: ClientID, at resource: ResourceIndicator? = nil) async throws -> [EpochKey] {
        try await store.apiKeys(of: .client(client)).filter { key in
            key.endedAt == nil && resource.map { key.resourceScopes[$0] != nil } ?? true
        }.map { .grant($0.id) }
    }
}
