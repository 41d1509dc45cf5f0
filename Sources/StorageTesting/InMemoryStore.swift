package import JOSE
package import OAuth
package import Storage

/// The store that forgets everything at exit, and the reference for what a store promises.
package actor InMemoryStore: Store {
    private var clients: [ClientID: RegisteredClient] = [:]
    private var resources: [ClientID: ProtectedResource] = [:]
    private var grants: [GrantID: Grant] = [:]
    private var endedGrants: [GrantID: (reason: RevocationReason, at: NumericDate)] = [:]
    private var keyRecords: [KeyID: KeyRecord] = [:]
    private var dataKeys: [String: [UInt8]] = [:]
    private var issuer: String?
    private var claims: [ReplayDomain: [String: NumericDate]] = [:]
    private var counters: [EpochKey: Int64] = [:]
    private var tokens: [TokenID: NumericDate] = [:]
    private var log: [AuditEvent] = []
    private var nextEvent: Int64 = 1
    private var counts: [UsageKey: Int64] = [:]

    package init() {}

    private func write(_ event: AuditEvent) {
        var event = event
        event.id = nextEvent
        nextEvent += 1
        log.append(event)
    }

    private func step(_ epochs: [EpochKey]) -> [EpochKey: Int64] {
        var now: [EpochKey: Int64] = [:]
        for key in epochs {
            counters[key, default: 0] += 1
            now[key] = counters[key]
        }
        return now
    }

    private func end(_ grant: GrantID, because reason: RevocationReason, at now: NumericDate) {
        guard grants.removeValue(forKey: grant) != nil else { return }
        endedGrants[grant] = (reason, now)
    }
}

extension InMemoryStore {
    package func insert(_ client: RegisteredClient, recording event: AuditEvent) -> Insertion {
        guard clients[client.id] == nil, resources[client.id] == nil else { return .exists }
        clients[client.id] = client
        write(event)
        return .inserted
    }

    package func client(_ id: ClientID) -> RegisteredClient? { clients[id] }

    package func clients(after id: ClientID?, limit: Int) -> [RegisteredClient] {
        Array(clients.values.filter { client in id.map { $0 < client.id } ?? true }.sorted { $0.id < $1.id }.prefix(limit))
    }

    package func update(
        _ client: RegisteredClient, advancing epochs: [EpochKey], recording event: AuditEvent
    ) -> Change {
        guard let stored = clients[client.id] else { return .missing }
        guard stored.version == client.version else { return .conflict }
        var client = client
        client.version += 1
        clients[client.id] = client
        write(event)
        return .done(step(epochs))
    }

    package func deleteClient(_ id: ClientID, advancing epochs: [EpochKey], recording event: AuditEvent) -> Change {
        guard clients.removeValue(forKey: id) != nil else { return .missing }
        for grant in grants.values.filter({ $0.client == id }) { end(grant.id, because: .clientDeleted, at: event.at) }
        write(event)
        return .done(step(epochs))
    }
}

extension InMemoryStore {
    package func insert(_ resource: ProtectedResource, recording event: AuditEvent) -> Insertion {
        guard clients[resource.id] == nil, resources[resource.id] == nil,
            !resources.values.contains(where: { $0.identifier == resource.identifier })
        else { return .exists }
        resources[resource.id] = resource
        write(event)
        return .inserted
    }

    package func resource(_ id: ClientID) -> ProtectedResource? { resources[id] }

    package func resource(identifiedBy identifier: ResourceIndicator) -> ProtectedResource? {
        resources.values.first { $0.identifier == identifier }
    }

    package func resources(after id: ClientID?, limit: Int) -> [ProtectedResource] {
        Array(
            resources.values.filter { resource in id.map { $0 < resource.id } ?? true }.sorted { $0.id < $1.id }.prefix(limit))
    }

    package func update(
        _ resource: ProtectedResource, advancing epochs: [EpochKey], recording event: AuditEvent
    ) -> Change {
        guard let stored = resources[resource.id] else { return .missing }
        guard stored.version == resource.version else { return .conflict }
        var resource = resource
        resource.version += 1
        resources[resource.id] = resource
        write(event)
        return .done(step(epochs))
    }

    package func deleteResource(_ id: ClientID, advancing epochs: [EpochKey], recording event: AuditEvent) -> Change {
        guard let resource = resources.removeValue(forKey: id) else { return .missing }
        for grant in grants.values.filter({ $0.resource == resource.identifier }) {
            end(grant.id, because: .resourceDeleted, at: event.at)
        }
        write(event)
        return .done(step(epochs))
    }
}

extension InMemoryStore {
    package func permit(_ grant: Grant, advancing epochs: [EpochKey], recording event: AuditEvent) -> Permission {
        guard clients[grant.client] != nil, resources.values.contains(where: { $0.identifier == grant.resource }) else {
            return .missing
        }
        var stored = grant
        if var live = grants.values.first(where: { $0.client == grant.client && $0.resource == grant.resource }) {
            live.scope = grant.scope
            live.updatedAt = grant.updatedAt
            stored = live
        }
        grants[stored.id] = stored
        write(event)
        return .given(stored, step(epochs))
    }

    package func standingGrant(of client: ClientID, at resource: ResourceIndicator) -> Grant? {
        grants.values.first { $0.client == client && $0.resource == resource }
    }

    package func grants(of client: ClientID) -> [Grant] {
        grants.values.filter { $0.client == client }.sorted { $0.resource < $1.resource }
    }

    package func grant(_ id: GrantID) -> Grant? { grants[id] }

    package func revoke(
        _ grant: GrantID, because reason: RevocationReason, advancing epochs: [EpochKey], at now: NumericDate,
        recording event: AuditEvent
    ) -> Change {
        guard grants[grant] != nil else { return .missing }
        end(grant, because: reason, at: now)
        write(event)
        return .done(step(epochs))
    }

    package func revocation(of grant: GrantID) -> RevocationReason? { endedGrants[grant]?.reason }
}

extension InMemoryStore {
    package func revoke(_ token: TokenID, until expiry: NumericDate, recording event: AuditEvent) -> Bool {
        guard tokens[token] == nil else { return false }
        tokens[token] = expiry
        write(event)
        return true
    }

    package func advance(_ epochs: [EpochKey], recording event: AuditEvent) -> [EpochKey: Int64] {
        write(event)
        return step(epochs)
    }

    package func epochs() -> [EpochKey: Int64] { counters }

    package func revokedTokens(at now: NumericDate) -> [TokenID: NumericDate] { tokens.filter { now < $0.value } }
}

extension InMemoryStore {
    package func keys() -> [KeyRecord] { keyRecords.values.sorted { $0.id < $1.id } }

    package func save(new: [KeyRecord], changed: [KeyRecord], recording events: [AuditEvent]) throws {
        for record in changed where keyRecords[record.id] == nil { throw StoreError.failed("no key \(record.id)") }
        for record in new where keyRecords[record.id] != nil { throw StoreError.failed("key \(record.id) exists") }
        for record in new { keyRecords[record.id] = record }
        for record in changed {
            let distrustedAt = keyRecords[record.id]?.distrustedAt
            keyRecords[record.id]?.activeFrom = record.activeFrom
            keyRecords[record.id]?.retiredAt = record.retiredAt
            keyRecords[record.id]?.removedAt = record.removedAt
            keyRecords[record.id]?.distrustedAt = distrustedAt ?? record.distrustedAt
        }
        for event in events { write(event) }
    }

    package func removeKeys(at now: NumericDate) -> [KeyID] {
        let gone = keyRecords.values.filter { $0.removedAt.map { $0 <= now } ?? false }.map(\.id).sorted()
        for id in gone { keyRecords[id] = nil }
        return gone
    }

    package func wrappedDataKeys() -> [String: [UInt8]] { dataKeys }

    package func replaceWrappedDataKeys(_ keys: [String: [UInt8]], recording event: AuditEvent) {
        dataKeys = keys
        write(event)
    }

    package func claimIssuer(_ issuer: String) -> String {
        let stored = self.issuer ?? issuer
        self.issuer = stored
        return stored
    }
}

extension InMemoryStore {
    package func claim(_ id: String, in domain: ReplayDomain, until expiry: NumericDate) -> Bool {
        guard claims[domain]?[id] == nil else { return false }
        claims[domain, default: [:]][id] = expiry
        return true
    }

    package func append(_ events: [AuditEvent]) -> [Int64] {
        events.map { event in
            let id = nextEvent
            write(event)
            return id
        }
    }

    package func fold(_ additions: [AuditAddition]) {
        for addition in additions {
            guard let index = log.firstIndex(where: { $0.id == addition.id }) else { continue }
            log[index].count += addition.count
            log[index].lastAt = addition.lastAt
        }
    }

    package func events(_ query: AuditQuery) -> [AuditEvent] {
        let matching = log.filter { event in
            (query.action.map { $0 == event.action } ?? true) && (query.actor.map { $0 == event.actor } ?? true)
                && (query.target.map { $0 == event.target } ?? true) && (query.since.map { $0 <= event.at } ?? true)
                && (query.until.map { event.at < $0 } ?? true)
        }
        guard query.newestFirst else {
            return Array(matching.filter { event in query.afterID.map { $0 < event.id } ?? true }.prefix(query.limit))
        }
        return Array(matching.reversed().filter { event in query.afterID.map { event.id < $0 } ?? true }.prefix(query.limit))
    }

    package func add(_ counts: [UsageKey: Int64]) { self.counts.merge(counts, uniquingKeysWith: +) }

    package func usage(
        of client: String?, minutes range: Range<Int64>, limit: Int
    ) -> [(key: UsageKey, count: Int64)] {
        let matching = counts.filter { range.contains($0.key.minute) && (client == nil || client == $0.key.client) }
        return matching.map { (key: $0.key, count: $0.value) }.sorted {
            ($0.key.minute, $0.key.client, $0.key.resource, $0.key.kind.rawValue)
                < ($1.key.minute, $1.key.client, $1.key.resource, $1.key.kind.rawValue)
        }.prefix(limit).map { $0 }
    }

    package func sweep(at now: NumericDate, keeping retention: Retention, limit: Int) -> Int {
        var count = 0
        for (domain, entries) in claims {
            for id in entries.filter({ $0.value <= now }).keys.prefix(limit) {
                claims[domain]?[id] = nil
                count += 1
            }
        }
        for id in tokens.filter({ $0.value <= now }).keys.prefix(limit) {
            tokens[id] = nil
            count += 1
        }
        let oldEvents = Set(log.filter { $0.lastAt + .seconds(retention.audit) <= now }.prefix(limit).map(\.id))
        log.removeAll { oldEvents.contains($0.id) }
        let oldCounts = counts.keys.filter { ($0.minute + 1) * 60 + retention.usage <= now.secondsSince1970 }.prefix(limit)
        for key in oldCounts { counts[key] = nil }
        let oldGrants = endedGrants.filter { $0.value.at + .seconds(retention.audit) <= now }.keys.prefix(limit)
        for id in oldGrants { endedGrants[id] = nil }
        return count + oldEvents.count + oldCounts.count + oldGrants.count
    }

    package func checkHealth() {}
}
