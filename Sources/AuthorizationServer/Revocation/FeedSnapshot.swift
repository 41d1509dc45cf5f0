package import JOSE
package import OAuth
import Storage
import Synchronization

/// All that has ended for one resource, ready to be sent: the signed head, and pieces that are shared with the log.
package struct FeedSnapshot: Sendable {
    package let head: RevocationSnapshot
    /// What stands before the entries, the head among it.
    package let prefix: [UInt8]
    package let pieces: [FeedLog.Piece]
    let version: Version
    let keyID: String

    /// Which entries it has.
    struct Version: Hashable, Sendable {
        let common: UInt64
        let own: UInt64
    }

    /// Bytes of the whole document.
    package var length: Int { prefix.count &+ Int(head.size) }

    /// All of it at once.
    package var bytes: [UInt8] {
        var bytes = prefix
        bytes.reserveCapacity(length)
        for piece in pieces { bytes.append(contentsOf: piece.bytes) }
        return bytes
    }
}

/// Digests snapshots one after the other: what a thousand readers ask for at once is made once.
actor SnapshotBuilder {
    func build(_ body: @Sendable () -> FeedSnapshot?) -> FeedSnapshot? { body() }
}

extension RevocationFeed {
    /// Seconds for which a snapshot serves others, who get what came since from the chain.
    private static let snapshotLifetime: Int64 = 1

    /// The resource's snapshot; begins its chain if it has none. `nil`: there are too many chains, no key signs, or it is
    /// larger than it may be.
    package func snapshot(for audience: ResourceIndicator, at now: NumericDate) async -> FeedSnapshot? {
        if let recent = recentSnapshot(for: audience, at: now) { return recent }
        return await builder.build { [self] in
            recentSnapshot(for: audience, at: now) ?? makeSnapshot(for: audience, at: now)
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

    /// Bytes that the entries of the resource's snapshot would have, at most.
    func snapshotSize(for audience: ResourceIndicator) -> Int {
        state.withLock { $0.common.size &+ ($0.own[audience]?.size ?? 0) }
    }

    private func makeSnapshot(for audience: ResourceIndicator, at now: NumericDate) -> FeedSnapshot? {
        guard let key = keys.snapshot.feedSigner(at: now), snapshotSize(for: audience) <= policy.snapshotBytes else {
            return nil
        }
        let found = state.withLock { state -> (RevocationPosition, [FeedLog.Piece], FeedSnapshot.Version)? in
            guard beginChain(for: audience, in: &state, at: now), let chain = state.chains[audience] else { return nil }
            let own = state.own[audience]
            return (
                chain.position, state.common.all + (own?.all ?? []),
                FeedSnapshot.Version(common: state.common.version, own: own?.version ?? 0)
            )
        }
        guard let (position, pieces, version) = found else { return nil }
        let known = state.withLock { $0.snapshots[audience] }
        let head: RevocationSnapshot
        if var same = known?.head, known?.version == version {
            // Only heartbeats came since: what was digested is still what is sent.
            same.position = position
            same.issuedAt = now
            head = same
        } else {
            var entries = RevocationEntriesSummary()
            for piece in pieces { entries.append(piece.bytes, count: piece.count) }
            head = RevocationSnapshot(
                of: issuer.rawValue, for: audience, at: position, entries: entries, issuedAt: now)
        }
        guard let text = try? key.snapshotSigner.sign(head.json) else { return nil }
        let snapshot = FeedSnapshot(
            head: head, prefix: RevocationSnapshot.prefix(head: text), pieces: pieces, version: version,
            keyID: key.record.id.rawValue)
        state.withLock { state in
            if state.chains[audience] != nil { state.snapshots[audience] = snapshot }
        }
        return snapshot
    }
}
