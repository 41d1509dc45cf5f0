import JOSE
import OAuth
import Synchronization

extension RevocationFeedReader {
    /// So much of a snapshot is worked through at once; requests are answered between.
    private static let piece = 32 * 1024
    private static let segments = 32

    /// Believes a message and acts on it, or refuses it and stays as it is.
    package func take(message text: String) async throws(RevocationFeedProblem) {
        let (now, uptime) = (clock.now(), clock.uptime())
        let message = try await proof.message(text, at: now)
        try knowledge.withLock { known throws(RevocationFeedProblem) in
            if !known.table.hasRoom(for: message.entries.count), let time = known.chain.issuedAt {
                known.table.prune(at: time, 0..<RevocationTable.segmentCount)
            }
            guard known.table.hasRoom(for: message.entries.count) else { throw .tooManyEntries }
            try known.chain.accept(message, text: text, at: now)
            for entry in message.entries { known.table.insert(entry) }
            if !message.entries.isEmpty { known.version &+= 1 }
            known.heard(issuedAt: message.issuedAt, at: now, uptime: uptime)
        }
    }

    /// Begins anew with a snapshot, once all of it is proven. Meanwhile what was known before still counts.
    package func take(snapshot body: [UInt8]) async throws(RevocationFeedProblem) {
        let (now, uptime) = (clock.now(), clock.uptime())
        guard body.count <= policy.maximumSnapshotBytes else { throw .tooLarge }
        guard let length = RevocationSnapshot.headLength(body.prefix(RevocationSnapshot.prefixLength)) else {
            throw .malformed
        }
        let headBytes = body.dropFirst(RevocationSnapshot.prefixLength).prefix(length)
        guard headBytes.count == length, let head = String(validating: headBytes, as: UTF8.self) else {
            throw .malformed
        }
        let snapshot = try await proof.snapshot(head, at: now)
        try knowledge.withLock { known throws(RevocationFeedProblem) in try known.chain.check(snapshot, at: now) }
        guard snapshot.count <= policy.maximumEntries else { throw .tooManyEntries }
        let entries = body.dropFirst(RevocationSnapshot.prefixLength &+ length)
        try await compare(entries, with: snapshot)
        await replace(by: entries)
        try knowledge.withLock { known throws(RevocationFeedProblem) in
            try known.chain.accept(snapshot, at: now)
            known.version &+= 1
            known.heard(issuedAt: snapshot.issuedAt, at: now, uptime: uptime)
        }
    }

    private func compare(
        _ entries: ArraySlice<UInt8>, with snapshot: RevocationSnapshot
    ) async throws(RevocationFeedProblem) {
        var summary = RevocationEntriesSummary()
        do {
            for piece in Self.pieces(of: entries) {
                try summary.take(Array(entries[piece]))
                await Task.yield()
            }
            try summary.check(against: snapshot)
        } catch { throw .wrongEntries }
    }

    private func replace(by entries: ArraySlice<UInt8>) async {
        knowledge.withLock { $0.table.beginReplacement() }
        var reader = RevocationEntryReader()
        for piece in Self.pieces(of: entries) {
            // They have been read before, so that nothing is left to go wrong.
            knowledge.withLock { known in
                try? reader.read(entries[piece]) { known.table.insert($0) }
                known.version &+= 1
            }
            await Task.yield()
        }
        await bySegments { $0.sweep($1) }
    }

    /// Forgets what concerns no token any more, by the clock of the issuer: ours might be wrong.
    func prune() async {
        guard let time = knowledge.withLock({ $0.chain.issuedAt }) else { return }
        await bySegments { $0.prune(at: time, $1) }
    }

    private func bySegments(_ work: (inout RevocationTable, Range<Int>) -> Void) async {
        for start in stride(from: 0, to: RevocationTable.segmentCount, by: Self.segments) {
            knowledge.withLock { work(&$0.table, start..<min(start + Self.segments, RevocationTable.segmentCount)) }
            await Task.yield()
        }
    }

    private static func pieces(of bytes: ArraySlice<UInt8>) -> [Range<Int>] {
        stride(from: bytes.startIndex, to: bytes.endIndex, by: piece).map { $0..<min($0 + piece, bytes.endIndex) }
    }
}
