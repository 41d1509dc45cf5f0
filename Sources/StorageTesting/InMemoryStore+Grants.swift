package import JOSE
package import OAuth
package import Storage

extension InMemoryStore: GrantStore {
    package func permit(
        _ grant: Grant, advancing epochs: [EpochKey], recording event: AuditEvent
    ) throws -> Permission {
        try write { contents in
            guard contents.clients[grant.client] != nil,
                contents.resources.values.contains(where: { $0.identifier == grant.resource })
            else { return .missing }
            var stored = grant
            if let standing = contents.standingGrant(of: grant.client, at: grant.resource) {
                stored = standing
                stored.scope = grant.scope
                stored.updatedAt = grant.updatedAt
            } else if contents.grants[grant.id] != nil {
                throw StoreError.failed("there is a grant \(grant.id) already")
            }
            contents.grants[stored.id] = GrantEntry(grant: stored)
            contents.append(event)
            return .given(stored, contents.advance(epochs, at: event.at))
        }
    }

    package func standingGrant(of client: ClientID, at resource: ResourceIndicator) throws -> Grant? {
        try read { $0.standingGrant(of: client, at: resource) }
    }

    package func grants(of client: ClientID) throws -> [Grant] {
        try read { contents in
            contents.grants.values.filter { $0.end == nil && $0.grant.client == client }.map(\.grant)
                .sorted { $0.resource < $1.resource }
        }
    }

    package func grant(_ id: GrantID) throws -> Grant? {
        try read { contents in
            guard let entry = contents.grants[id], entry.end == nil else { return nil }
            return entry.grant
        }
    }

    package func revoke(
        _ grant: GrantID, because reason: RevocationReason, advancing epochs: [EpochKey], at now: NumericDate,
        recording event: AuditEvent
    ) throws -> Change {
        try write { contents in
            guard let entry = contents.grants[grant], entry.end == nil else { return .missing }
            contents.grants[grant]?.end = (now, reason)
            return contents.finish(advancing: epochs, recording: event)
        }
    }

    package func revocation(of grant: GrantID) throws -> RevocationReason? {
        try read { $0.grants[grant]?.end?.reason }
    }
}
