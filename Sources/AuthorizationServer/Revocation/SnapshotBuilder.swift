package import JOSE
package import OAuth
import Storage
import Synchronization

/// Why a resource gets no snapshot.
package enum SnapshotRefusal: Error, Hashable, Sendable {
    /// No key of the feed signs.
    case noKey
    /// As many resources as may listen do.
    case tooManyChains
    /// Its entries take so many bytes, or a few less.
    case tooLarge(bytes: Int)
}

/// Makes snapshots one after the other: what a thousand readers ask for at once is made once, and no more than one takes
/// room and time.
actor SnapshotBuilder {
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func build(_ body: @Sendable () async throws -> FeedSnapshot) async throws -> FeedSnapshot {
        while isBusy { await withCheckedContinuation { waiting.append($0) } }
        isBusy = true
        defer {
            isBusy = false
            if !waiting.isEmpty { waiting.removeFirst().resume() }
        }
        return try await body()
    }
}

extension RevocationFeed {
    /// Seconds for which a snapshot serves others, who get what came since from the chain.
    private static let snapshotLifetime: Int64 = 1

    /// The resource's snapshot; begins its chain if it has none. Throws a ``SnapshotRefusal``.
    package func snapshot(for audience: ResourceIndicator, at now: NumericDate) async throws -> FeedSnapshot {
        if let recent = recentSnapshot(for: audience, at: now) { return recent }
        return try await builder.build { [self] in
            if let recent = recentSnapshot(for: audience, at: now) { return recent }
            return try await makeSnapshot(for: audience, at: now)
        }
    }

    private func recentSnapshot(for audience: ResourceIndicator, at now: NumericDate) -> FeedSnapshot? {
        let signer = keys.snapshot.feedSigner(at: now)?.record.id.rawValue
        return state.withLock { state in
            guard let known = state.snapshots[audience], known.keyID == signer, let chain = state.chains[audience],
                chain.position.feed == known.head.position.feed,
                chain.messages(after: known.head.position.sequence, limit: 0) != nil,
                known.head.issuedAt <= now, now - known.head.issuedAt < .seconds(Self.snapshotLifetime)
            else { return nil }
            state.chains[audience]?.lastUse = now
            return known
        }
    }

    func countSnapshot() { state.withLock { $0.figures.snapshots &+= 1 } }

    private struct Sources {
        let position: RevocationPosition
        let naming: RevocationNaming
        /// All that may concern the resource, and of which it is not sure.
        let pieces: [(piece: FeedLog.Piece, isPlaced: Bool)]
        let version: FeedSnapshot.Version
        let known: FeedSnapshot?
    }

    private func makeSnapshot(for audience: ResourceIndicator, at now: NumericDate) async throws -> FeedSnapshot {
        guard let key = keys.snapshot.feedSigner(at: now) else { throw SnapshotRefusal.noKey }
        let found = state.withLock { state -> Sources? in
            guard beginChain(for: audience, in: &state, at: now), let chain = state.chains[audience] else { return nil }
            let (common, placed) = (state.logs[.everyone] ?? FeedLog(), state.logs[.placed] ?? FeedLog())
            let own = state.logs[.one(audience)] ?? FeedLog()
            return Sources(
                position: chain.position, naming: chain.naming,
                pieces: (common.all + own.all).map { ($0, false) } + placed.all.map { ($0, true) },
                version: FeedSnapshot.Version(common: common.version, placed: placed.version, own: own.version),
                known: state.snapshots[audience])
        }
        guard let found else { throw SnapshotRefusal.tooManyChains }
        let parts: [FeedSnapshot.Part]
        let head: RevocationSnapshot
        if let known = found.known, known.version == found.version {
            // Only heartbeats came since: what was digested is still what is sent.
            parts = known.parts
            var same = known.head
            same.position = found.position
            same.issuedAt = now
            head = same
        } else {
            parts = try await self.parts(of: found)
            var entries = RevocationEntriesSummary()
            for part in parts { entries.append(part.told.bytes, count: part.told.count) }
            head = RevocationSnapshot(
                of: issuer.rawValue, for: audience, at: found.position, entries: entries, issuedAt: now)
        }
        guard let text = try? key.snapshotSigner.sign(head.json) else { throw SnapshotRefusal.noKey }
        let snapshot = FeedSnapshot(
            head: head, prefix: RevocationSnapshot.prefix(head: text), parts: parts, version: found.version,
            keyID: key.record.id.rawValue)
        state.withLock { state in
            guard state.chains[audience] != nil else { return }
            state.snapshots[audience] = snapshot
            forgetOldSnapshots(but: audience, in: &state)
        }
        return snapshot
    }

    /// What the resource is told of each piece. What it was told of one before is not worked out again; in between others
    /// run.
    private func parts(of sources: Sources) async throws -> [FeedSnapshot.Part] {
        let before = Dictionary(
            (sources.known?.parts ?? []).map { (ObjectIdentifier($0.source), $0) },
            uniquingKeysWith: { first, _ in first })
        var parts: [FeedSnapshot.Part] = []
        var size = 0
        for (index, (piece, isPlaced)) in sources.pieces.enumerated() {
            let part: FeedSnapshot.Part
            if let known = before[ObjectIdentifier(piece)] {
                part = known
            } else {
                part = FeedSnapshot.Part(
                    source: piece, told: piece.told(by: sources.naming, among: isPlaced ? places : nil))
                await Task.yield()
            }
            size &+= part.told.bytes.count
            guard size <= policy.snapshotBytes else {
                let rest = sources.pieces[(index &+ 1)...].reduce(0) { $0 &+ $1.piece.bytes.count }
                throw SnapshotRefusal.tooLarge(bytes: size &+ rest)
            }
            parts.append(part)
        }
        return parts
    }

    /// What many resources are told takes room for each of them: the oldest go, and are made again when they are asked
    /// for.
    private func forgetOldSnapshots(but latest: ResourceIndicator, in state: inout State) {
        var size = state.snapshots.values.reduce(0) { $0 &+ Int(clamping: $1.head.size) }
        guard size > policy.cachedSnapshotBytes else { return }
        let oldest = state.snapshots.sorted { $0.value.head.issuedAt < $1.value.head.issuedAt }
        for (resource, snapshot) in oldest where resource != latest && size > policy.cachedSnapshotBytes {
            state.snapshots[resource] = nil
            size &-= Int(clamping: snapshot.head.size)
        }
    }
}

extension FeedLog.Piece {
    /// The same under the names of one resource.
    /// - Parameter places: where tokens went, for a piece of which only a part concerns the resource.
    fileprivate func told(by naming: RevocationNaming, among places: TokenPlaces?) -> FeedLog.Piece {
        let all = (try? RevocationEntryReader.entries(bytes[...])) ?? []
        let concerned = places?.concerned(all, at: naming.resource, name: \.name) ?? all
        return FeedLog.Piece(concerned.map { $0.told(by: naming) })
    }
}
