package import JOSE
package import OAuth
package import Storage

extension InMemoryStore: KeyStore {
    package func keys() throws -> [KeyRecord] {
        try read { $0.keys.values.sorted { ($0.announcedAt, $0.id) < ($1.announcedAt, $1.id) } }
    }

    package func save(new: [KeyRecord], changed: [KeyRecord], recording events: [AuditEvent]) throws {
        try write { contents in
            var keys = contents.keys
            for key in new {
                guard keys[key.id] == nil else { throw StoreError.failed("there is a key \(key.id) already") }
                keys[key.id] = key
            }
            for key in changed {
                guard var stored = keys[key.id] else { throw StoreError.failed("there is no key \(key.id)") }
                stored.activeFrom = key.activeFrom
                stored.retiredAt = key.retiredAt
                stored.removedAt = key.removedAt
                stored.distrustedAt = stored.distrustedAt ?? key.distrustedAt
                keys[key.id] = stored
            }
            contents.keys = keys
            for event in events { contents.append(event) }
        }
    }

    package func removeKeys(
        at now: NumericDate, recording event: @escaping @Sendable (KeyID) -> AuditEvent
    ) throws -> [KeyID] {
        try write { contents in
            let gone = contents.keys.values.filter { key in key.removedAt.map { $0 <= now } ?? false }.map(\.id)
                .sorted()
            for id in gone {
                contents.keys[id] = nil
                contents.append(event(id))
            }
            return gone
        }
    }
}

extension InMemoryStore: InstallationStore {
    package func wrappedDataKeys() throws -> [String: [UInt8]] { try read(\.dataKeys) }

    package func replaceWrappedDataKeys(_ keys: [String: [UInt8]], recording event: AuditEvent) throws {
        try write { contents in
            contents.dataKeys = keys
            contents.append(event)
        }
    }

    package func claimIssuer(_ issuer: String) throws -> String {
        try write { contents in
            let stored = contents.issuer ?? issuer
            contents.issuer = stored
            return stored
        }
    }

    package func claimSecret(_ sealed: [UInt8], named name: String) throws -> [UInt8] {
        try write { contents in
            let stored = contents.claimedSecrets[name] ?? sealed
            contents.claimedSecrets[name] = stored
            return stored
        }
    }
}
