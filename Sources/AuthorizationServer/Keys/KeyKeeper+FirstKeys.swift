package import JOSE
import OAuth
import Storage

/// The first key of a purpose, made at the start or when somebody is registered with an algorithm that has none.
extension KeyKeeper {
    /// Loads the keys and makes those that are missing: one for each algorithm in `algorithms`, a sealing
    /// key, and one for the revocation feed.
    package func start(algorithms: [Algorithm], at now: NumericDate) async throws {
        try await alone {
            try await self.reload(at: now)
            var purposes: [KeyRecord.Purpose] = [.sealing, .feed]
            for algorithm in algorithms { purposes.append(.signing(algorithm)) }
            try await self.create(purposes.filter { !self.hasKey(for: $0, at: now) }, by: .system, at: now)
        }
    }

    /// Makes the first key of an algorithm that a resource or a client is registered with. It is published from now on,
    /// and signs when every verifier had time to see it.
    package func ensureKey(
        for algorithm: Algorithm, by actor: String = "system", from caller: Caller? = nil, at now: NumericDate
    ) async throws {
        let snapshot = ring.snapshot
        guard snapshot.signer(algorithm, at: now) == nil, snapshot.announced(algorithm, at: now) == nil else { return }
        try await alone {
            guard !self.hasKey(for: .signing(algorithm), at: now) else { return }
            try await self.create([.signing(algorithm)], by: Origin(actor, caller), at: now)
        }
    }

    /// The same for all that a client is registered with.
    func ensureKeys(
        for party: RelyingParty?, by actor: String, from caller: Caller?, at now: NumericDate
    ) async throws {
        for algorithm in [party?.idTokenAlgorithm, party?.userInfoAlgorithm] {
            guard let algorithm else { continue }
            try await ensureKey(for: algorithm, by: actor, from: caller, at: now)
        }
    }

    /// The same while tokens are made, without waiting where the algorithm has a key, as it nearly always has.
    nonisolated(nonsending) func ensureSigner(_ algorithm: Algorithm, at now: NumericDate) async throws {
        guard ring.snapshot.signer(algorithm, after: nil, at: now) == nil else { return }
        try await ensureKey(for: algorithm, at: now)
    }

    /// When the first key of a purpose may be used: at once where no verifier can have cached a key set without it.
    func firstUse(of purpose: KeyRecord.Purpose, at now: NumericDate) -> NumericDate {
        let published: [KeyRecord]
        switch purpose {
        // Nobody but this server opens what is sealed.
        case .sealing: return now
        case .feed: published = ring.snapshot.feed.map(\.record)
        case .signing: published = ring.snapshot.signing.map(\.record)
        }
        return published.contains { $0.distrustedAt == nil } ? now + .seconds(policy.keyAnnouncement) : now
    }

    private func create(_ purposes: [KeyRecord.Purpose], by origin: Origin, at now: NumericDate) async throws {
        guard !purposes.isEmpty else { return }
        let new = try purposes.map { try make($0, announcedAt: now, activeFrom: firstUse(of: $0, at: now)) }
        try await store.save(
            new: new, changed: [], recording: new.map { event("key.announced", $0, by: origin, at: now) })
        try await reload(at: now)
    }

    private func hasKey(for purpose: KeyRecord.Purpose, at now: NumericDate) -> Bool {
        ring.snapshot.allRecords.contains { record in
            guard record.purpose == purpose else { return false }
            return record.mayMakeTokens(at: now) || purpose != .sealing && record.isAnnounced(at: now)
        }
    }
}
