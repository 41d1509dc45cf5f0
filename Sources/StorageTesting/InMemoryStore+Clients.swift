package import OAuth
package import Storage

extension InMemoryStore: ClientStore {
    package func insert(_ client: RegisteredClient, recording event: AuditEvent) throws -> Insertion {
        try write { contents in
            guard !contents.isTaken(client.id) else { return .exists }
            contents.clients[client.id] = client
            contents.append(event)
            return .inserted
        }
    }

    package func client(_ id: ClientID) throws -> RegisteredClient? { try read { $0.clients[id] } }

    package func clients(after id: ClientID?, limit: Int) throws -> [RegisteredClient] {
        try read { contents in
            let later = contents.clients.values.filter { client in id.map { $0 < client.id } ?? true }
            return Array(later.sorted { $0.id < $1.id }.prefix(max(0, limit)))
        }
    }

    package func update(
        _ client: RegisteredClient, advancing epochs: [EpochKey], recording event: AuditEvent
    ) throws -> Change {
        try write { contents in
            contents.replace(client) ?? contents.finish(advancing: epochs, recording: event)
        }
    }

    package func update(
        _ client: RegisteredClient, advancing epochs: [EpochKey], ending reason: EndReason, recording event: AuditEvent
    ) throws -> ClientEnding {
        try write { contents in
            let old = contents.clients[client.id]
            if let refusal = contents.replace(client) { return ClientEnding(refusal) }
            let changed = contents.clients[client.id]
            // The registration so far says where the client is told.
            contents.clients[client.id] = old
            let ended = contents.end(.client(client.id), because: reason, at: event.at).ended
            contents.clients[client.id] = changed
            return ClientEnding(contents.finish(advancing: epochs, recording: event), ended)
        }
    }

    package func deleteClient(
        _ id: ClientID, advancing epochs: [EpochKey], recording event: AuditEvent
    ) throws -> ClientEnding {
        try write { contents in
            guard contents.clients[id] != nil else { return ClientEnding(.missing) }
            contents.endGrants(because: .clientDeleted, at: event.at) { $0.client == id }
            let ended = contents.forget(client: id, at: event.at)
            contents.clients[id] = nil
            return ClientEnding(contents.finish(advancing: epochs, recording: event), ended)
        }
    }
}

extension InMemoryStore.Contents {
    /// Replaces the client if its stored version is the one that it was read with; otherwise says why not.
    fileprivate mutating func replace(_ client: RegisteredClient) -> Change? {
        guard let stored = clients[client.id] else { return .missing }
        guard stored.version == client.version else { return .conflict }
        clients[client.id] = RegisteredClient(
            id: client.id, name: client.name, isEnabled: client.isEnabled, credentials: client.credentials,
            grantTypes: client.grantTypes, allowedOrigins: client.allowedOrigins, relyingParty: client.relyingParty,
            createdAt: stored.createdAt, updatedAt: client.updatedAt, version: client.version &+ 1)
        return nil
    }
}
