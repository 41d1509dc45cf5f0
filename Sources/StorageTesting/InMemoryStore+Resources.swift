package import OAuth
package import Storage

extension InMemoryStore: ResourceStore {
    package func insert(_ resource: ProtectedResource, recording event: AuditEvent) throws -> Insertion {
        try write { contents in
            guard !contents.isTaken(resource.id),
                !contents.resources.values.contains(where: { $0.identifier == resource.identifier })
            else { return .exists }
            contents.resources[resource.id] = resource
            contents.append(event)
            return .inserted
        }
    }

    package func resource(_ id: ClientID) throws -> ProtectedResource? { try read { $0.resources[id] } }

    package func resource(identifiedBy identifier: ResourceIndicator) throws -> ProtectedResource? {
        try read { $0.resources.values.first { $0.identifier == identifier } }
    }

    package func resources(after id: ClientID?, limit: Int) throws -> [ProtectedResource] {
        try read { contents in
            let later = contents.resources.values.filter { resource in id.map { $0 < resource.id } ?? true }
            return Array(later.sorted { $0.id < $1.id }.prefix(max(0, limit)))
        }
    }

    package func update(
        _ resource: ProtectedResource, advancing epochs: [EpochKey], recording event: AuditEvent
    ) throws -> Change {
        try write { contents in
            guard let stored = contents.resources[resource.id] else { return .missing }
            guard stored.version == resource.version else { return .conflict }
            contents.resources[resource.id] = ProtectedResource(
                id: resource.id, identifier: stored.identifier, name: resource.name, isEnabled: resource.isEnabled,
                credentials: resource.credentials, scope: resource.scope,
                scopeDescriptions: resource.scopeDescriptions, tokenFormat: resource.tokenFormat,
                accessTokenLifetime: resource.accessTokenLifetime, signingAlgorithm: resource.signingAlgorithm,
                createdAt: stored.createdAt, updatedAt: resource.updatedAt, version: resource.version &+ 1)
            contents.resources[resource.id]?.formerSigningAlgorithm = resource.formerSigningAlgorithm
            return contents.finish(advancing: epochs, recording: event)
        }
    }

    package func deleteResource(
        _ id: ClientID, advancing epochs: [EpochKey], recording event: AuditEvent
    ) throws -> ClientEnding {
        try write { contents in
            guard let removed = contents.resources.removeValue(forKey: id) else { return ClientEnding(.missing) }
            contents.endGrants(because: .resourceDeleted, at: event.at) { $0.resource == removed.identifier }
            let ended = contents.end(.resource(removed.identifier), because: .resourceDeleted, at: event.at).ended
            return ClientEnding(contents.finish(advancing: epochs, recording: event), ended)
        }
    }
}
