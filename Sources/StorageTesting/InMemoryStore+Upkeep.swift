package import JOSE
package import Storage

extension InMemoryStore: UsageStore {
    package func add(_ counts: [UsageKey: Int64]) throws {
        try write { contents in
            for (key, count) in counts { contents.usage[key, default: 0] &+= count }
        }
    }

    package func usage(
        of client: String?, minutes range: Range<Int64>, limit: Int
    ) throws -> [(key: UsageKey, count: Int64)] {
        try read { contents in
            contents.usage
                .filter { range.contains($0.key.minute) && (client == nil || $0.key.client == client) }
                .map { (key: $0.key, count: $0.value) }
                .sorted { $0.key.order < $1.key.order }
                .prefix(max(0, limit)).map { $0 }
        }
    }
}

extension UsageKey {
    fileprivate var order: (Int64, String, String, String) { (minute, client, resource, kind.rawValue) }
}

extension InMemoryStore: UpkeepStore {
    package func sweep(at now: NumericDate, keeping retention: Retention, limit: Int) throws -> Int {
        let limit = max(0, limit)
        let auditEnd = now - .seconds(retention.audit)
        let usageEnd = (now - .seconds(retention.usage)).secondsSince1970 / 60
        return try write { contents in
            let claims = contents.claims.flatMap { domain, ids in
                ids.filter { $0.value <= now }.map { (domain, $0.key) }
            }.prefix(limit)
            for (domain, id) in claims { contents.claims[domain]?[id] = nil }
            let tokens = contents.revokedTokens.filter { $0.value.until <= now }.keys.prefix(limit)
            for token in tokens { contents.revokedTokens[token] = nil }
            let events = contents.events.filter { $0.lastAt < auditEnd }.prefix(limit)
            let eventIDs = Set(events.map(\.id))
            contents.events.removeAll { eventIDs.contains($0.id) }
            let usage = contents.usage.keys.filter { $0.minute < usageEnd }.prefix(limit)
            for key in usage { contents.usage[key] = nil }
            let grants = contents.grants.filter { entry in entry.value.end.map { $0.at < auditEnd } ?? false }.keys
                .prefix(limit)
            for id in grants { contents.grants[id] = nil }
            let initial = contents.initialAccessTokens.values.filter { $0.expiresAt <= now }.map(\.id).prefix(limit)
            for id in initial { contents.initialAccessTokens[id] = nil }
            let people = contents.people.users.count
            let end = now - .seconds(Retention.keys)
            let keys = contents.keysOfOwners.values.filter { key in
                (key.endedAt.map { $0 <= end } ?? false) || (key.expiresAt.map { $0 <= end } ?? false)
            }.map(\.id).prefix(limit)
            for id in keys { contents.keysOfOwners[id] = nil }
            let ofPeople = contents.people.sweep(at: now, limit: limit)
            let gone = people - contents.people.users.count
            if gone > 0 { contents.append(UnclaimedAccounts.expired(gone, at: now)) }
            let listEnd = now - .seconds(Retention.statusLists)
            let statuses = contents.sweepStatusLists(closedUpTo: listEnd, limit: limit)
            return claims.count + statuses + tokens.count + events.count + usage.count + grants.count + initial.count
                + ofPeople + keys.count
        }
    }

    package func checkHealth() throws { try read { _ in } }
}
