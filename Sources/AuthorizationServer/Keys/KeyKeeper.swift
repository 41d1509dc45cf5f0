package import JOSE
package import OAuth
package import Storage

/// Leads the keys of an issuer through their lives: announced, active, retired, removed, or distrusted.
///
/// All changes go through here one after the other, are committed first, and then replace the ring's snapshot.
package actor KeyKeeper {
    package enum KeyError: Error, Hashable, Sendable {
        case unknown(KeyID), unreadable(KeyID)
    }

    let store: any KeyStore
    let sealer: SecretSealer
    let secrets: SecretGenerator
    let policy: ServerPolicy
    private let issuer: Issuer
    package nonisolated let ring: KeyRing
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(issuer: Issuer, policy: ServerPolicy, store: any KeyStore, sealer: SecretSealer, secrets: SecretGenerator) {
        self.issuer = issuer
        self.policy = policy
        self.store = store
        self.sealer = sealer
        self.secrets = secrets
        ring = KeyRing()
    }

    /// Announces a successor for each purpose; it takes over when every verifier had time to see it.
    package func rotate(
        _ purposes: [KeyRecord.Purpose], by actor: String, from caller: Caller? = nil, at now: NumericDate
    ) async throws -> [KeyRecord] {
        try await alone { try await self.announceSuccessors(purposes, by: Origin(actor, caller), at: now) }
    }

    /// Stops a key from making tokens; what it made stays valid until it expires. Where no successor is ready, one is
    /// announced, and the key goes on until every verifier had time to see it.
    package func retire(
        _ id: KeyID, by actor: String, from caller: Caller? = nil, at now: NumericDate
    ) async throws -> KeyRecord {
        try await alone {
            guard var record = try await self.record(id) else { throw KeyError.unknown(id) }
            var succession = self.succession(to: record, at: now)
            let isNeeded = record.mayMakeTokens(at: now) && !succession.bridges(at: now)
            let end = isNeeded ? succession.next ?? now + .seconds(self.policy.keyAnnouncement) : now
            self.end(&record, at: min(record.retiredAt ?? end, end))
            try self.announce(
                in: &succession, after: record, activeFrom: now + .seconds(self.policy.keyAnnouncement), at: now)
            try await self.commit(succession, of: record, action: "key.retired", by: Origin(actor, caller), at: now)
            return record
        }
    }

    /// Refuses everything that a key ever made, from now on, and replaces it at once. Twice is the same as once.
    package func distrust(
        _ id: KeyID, by actor: String, from caller: Caller? = nil, at now: NumericDate
    ) async throws -> KeyRecord {
        try await alone {
            guard var record = try await self.record(id) else { throw KeyError.unknown(id) }
            guard record.distrustedAt == nil else { return record }
            record.distrustedAt = now
            self.end(&record, at: min(record.retiredAt ?? now, now))
            var succession = self.succession(to: record, at: now)
            let activeFrom = succession.bridges(at: now) ? now + .seconds(self.policy.keyAnnouncement) : now
            try self.announce(in: &succession, after: record, activeFrom: activeFrom, at: now)
            if !succession.bridges(at: now) { succession.activateNext(at: now) }
            try await self.commit(succession, of: record, action: "key.distrusted", by: Origin(actor, caller), at: now)
            return record
        }
    }

    private func succession(to record: KeyRecord, at now: NumericDate) -> KeySuccession {
        KeySuccession(
            others: ring.snapshot.allRecords.filter {
                $0.purpose == record.purpose && $0.id != record.id && $0.distrustedAt == nil && !$0.isRemoved(at: now)
            })
    }

    private func announce(
        in succession: inout KeySuccession, after record: KeyRecord, activeFrom: NumericDate, at now: NumericDate
    ) throws {
        guard !succession.isOpen else { return }
        succession.new.append(try make(record.purpose, announcedAt: now, activeFrom: activeFrom))
        succession.extend(to: activeFrom, removingAfter: Self.longestLife, at: now)
    }

    /// How long anything that a key made can be alive after its last use.
    private static let longestLife = Duration.seconds(ServerPolicy.longestAccessTokenLifetime + 300)

    private func end(_ record: inout KeyRecord, at moment: NumericDate) {
        record.retiredAt = moment
        record.removedAt = moment + Self.longestLife
    }

    private func commit(
        _ succession: KeySuccession, of record: KeyRecord, action: String, by origin: Origin, at now: NumericDate
    ) async throws {
        let events =
            [event(action, record, by: origin, at: now)]
            + succession.changed.map { event("key.rescheduled", $0, by: origin, at: now) }
            + succession.new.map { event("key.announced", $0, by: origin, at: now) }
        try await store.save(new: succession.new, changed: [record] + succession.changed, recording: events)
        try await reload(at: now)
    }

    package func records() async throws -> [KeyRecord] { try await store.keys() }

    /// Rotates what is due and forgets what nothing alive can depend on.
    func tick(at now: NumericDate) async throws {
        try await alone {
            var isChanged = try await !self.store.removeKeys(at: now) { id in
                AuditEvent(at: now, action: "key.removed", actor: "system", target: "key:\(id)")
            }.isEmpty
            let purposes = Set(self.ring.snapshot.allRecords.map(\.purpose))
            let due = purposes.filter { self.isRotationDue($0, at: now) }.sorted { $0.rawValue < $1.rawValue }
            if !due.isEmpty {
                _ = try await self.announceSuccessors(due, by: .system, at: now)
                isChanged = false
            }
            if isChanged { try await self.reload(at: now) }
        }
    }

    private func isRotationDue(_ purpose: KeyRecord.Purpose, at now: NumericDate) -> Bool {
        let open = ring.snapshot.allRecords.filter {
            $0.purpose == purpose && $0.distrustedAt == nil && $0.retiredAt == nil
        }
        guard let youngest = open.map(\.activeFrom).max() else { return true }
        return youngest + .seconds(policy.keyRotationInterval) <= now + .seconds(policy.keyAnnouncement)
    }

    private func announceSuccessors(
        _ purposes: [KeyRecord.Purpose], by origin: Origin, at now: NumericDate
    ) async throws -> [KeyRecord] {
        var new: [KeyRecord] = []
        var changed: [KeyRecord] = []
        for purpose in purposes {
            let predecessors = ring.snapshot.allRecords.filter {
                $0.purpose == purpose && $0.distrustedAt == nil && $0.retiredAt == nil
            }
            let activeFrom =
                predecessors.isEmpty ? firstUse(of: purpose, at: now) : now + .seconds(policy.keyAnnouncement)
            new.append(try make(purpose, announcedAt: now, activeFrom: activeFrom))
            for var record in predecessors {
                end(&record, at: activeFrom)
                changed.append(record)
            }
        }
        let events =
            new.map { event("key.announced", $0, by: origin, at: now) }
            + changed.map { event("key.retired", $0, by: origin, at: now) }
        try await store.save(new: new, changed: changed, recording: events)
        try await reload(at: now)
        return new
    }

    func event(_ action: String, _ record: KeyRecord, by origin: Origin, at now: NumericDate) -> AuditEvent {
        AuditEvent(
            at: now, action: action, actor: origin.actor, target: "key:\(record.id)",
            address: origin.caller?.address ?? "", requestID: origin.caller?.requestID ?? "",
            detail: "\(record.purpose.rawValue), active from \(record.activeFrom.secondsSince1970)"
                + (record.retiredAt.map { " until \($0.secondsSince1970)" } ?? ""))
    }

    private func record(_ id: KeyID) async throws -> KeyRecord? { try await store.keys().first { $0.id == id } }

    func reload(at now: NumericDate) async throws {
        var signing: [IssuerSigningKey] = []
        var sealing: [SealingKey] = []
        var feed: [FeedSigningKey] = []
        let records = try await store.keys().filter { !$0.isRemoved(at: now) }
            .sorted { ($0.activeFrom, $0.id.rawValue) < ($1.activeFrom, $1.id.rawValue) }
        for record in records {
            guard let secret = try? sealer.open(record.sealedKey, context: Self.context(record.id)) else {
                throw KeyError.unreadable(record.id)
            }
            switch record.purpose {
            case .signing(let algorithm):
                guard let jwk = try? JSONWebKey(parsing: secret), let key = try? SigningKey(jwk, algorithm: algorithm)
                else {
                    throw KeyError.unreadable(record.id)
                }
                signing.append(IssuerSigningKey(record: record, key: key))
            case .feed:
                guard let jwk = try? JSONWebKey(parsing: secret), let key = try? SigningKey(jwk, algorithm: .ES256)
                else { throw KeyError.unreadable(record.id) }
                feed.append(FeedSigningKey(record: record, key: key))
            case .sealing:
                guard let key = SealingKey(record: record, bytes: secret, issuer: issuer) else {
                    throw KeyError.unreadable(record.id)
                }
                sealing.append(key)
            }
        }
        ring.replace(
            signing: signing, sealing: sealing, feed: feed,
            document: Self.document(of: signing, maxAge: policy.keySetMaxAge),
            feedDocument: Self.document(of: feed, maxAge: policy.keySetMaxAge))
    }

    /// One change at a time, also across the waits within it.
    func alone<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        if isBusy { await withCheckedContinuation { waiting.append($0) } }
        isBusy = true
        defer {
            if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
        }
        return try await body()
    }
}

extension KeyRing.Snapshot {
    package var allRecords: [KeyRecord] { signing.map(\.record) + sealing.map(\.record) + feed.map(\.record) }
}
