package import JOSE
package import OAuth
package import Storage

extension Administration {
    package func keys(by administrator: Administrator, at now: NumericDate) async throws -> [KeyRecord] {
        try demand(.read, of: administrator, at: now)
        return try await sortedKeys()
    }

    /// Announces successors, for one purpose or for every purpose that has keys.
    package func rotateKeys(
        for purpose: KeyRecord.Purpose?, by administrator: Administrator, at now: NumericDate
    ) async throws -> [KeyRecord] {
        try demand(.write, of: administrator, at: now)
        let used = Set(provider.keyRing.snapshot.allRecords.map(\.purpose)).sorted { $0.rawValue < $1.rawValue }
        _ = try await provider.keys.rotate(
            purpose.map { [$0] } ?? used, by: administrator.actor, from: administrator.caller, at: now)
        return try await sortedKeys()
    }

    package func retireKey(_ id: KeyID, by administrator: Administrator, at now: NumericDate) async throws -> KeyRecord
    {
        try demand(.write, of: administrator, at: now)
        let record = try await existingKey(id)
        guard record.distrustedAt == nil, record.retiredAt.map({ now < $0 }) ?? true else {
            throw AdministrationError.conflict("the key makes no tokens any more: it is \(record.stage(at: now))")
        }
        return try await provider.keys.retire(id, by: administrator.actor, from: administrator.caller, at: now)
    }

    package func distrustKey(
        _ id: KeyID, by administrator: Administrator, at now: NumericDate
    ) async throws -> KeyRecord {
        try demand(.write, of: administrator, at: now)
        let record = try await existingKey(id)
        // Twice is the same as once.
        guard record.distrustedAt == nil else { return record }
        let distrusted = try await provider.keys.distrust(
            id, by: administrator.actor, from: administrator.caller, at: now)
        provider.revocations.distrust(distrusted, at: now)
        return distrusted
    }

    private func existingKey(_ id: KeyID) async throws -> KeyRecord {
        guard let record = try await provider.keys.records().first(where: { $0.id == id }) else {
            throw AdministrationError.missing("key")
        }
        return record
    }

    private func sortedKeys() async throws -> [KeyRecord] {
        try await provider.keys.records().sorted {
            ($0.purpose.rawValue, $0.activeFrom, $0.id) < ($1.purpose.rawValue, $1.activeFrom, $1.id)
        }
    }
}
