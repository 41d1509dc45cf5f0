import JOSE
import OAuth

/// What has ended for the same audience, in the order in which it came and under the names that the issuer knows, in pieces
/// that never change: what a resource is told of one is made once, and nobody waits while it is put together.
///
/// An entry may stand here more than once; ``compacted(_:at:)`` makes one of them when there are many.
package struct FeedLog: Sendable {
    /// Entries as they are written.
    package final class Piece: Sendable {
        package let bytes: [UInt8]
        let count: Int
        let latest: NumericDate

        init(_ entries: [RevocationEntry]) {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(entries.count &* RevocationEntry.lengths.counter)
            var latest = NumericDate(secondsSince1970: .min)
            for entry in entries {
                entry.append(to: &bytes)
                latest = max(latest, entry.until)
            }
            self.bytes = bytes
            self.latest = latest
            count = entries.count
        }
    }

    static let entriesPerPiece = 2048

    private var pieces: [Piece] = []
    private var tail: [RevocationEntry] = []
    /// Grows with each change.
    private(set) var version: UInt64 = 0
    private(set) var count = 0
    private var countWhenCompacted = 0

    mutating func append(_ entry: RevocationEntry) {
        tail.append(entry)
        count &+= 1
        version &+= 1
        guard tail.count >= Self.entriesPerPiece else { return }
        pieces.append(Piece(tail))
        tail.removeAll(keepingCapacity: true)
    }

    /// All of it, as it stands.
    var all: [Piece] { tail.isEmpty ? pieces : pieces + [Piece(tail)] }

    /// Forgets pieces of which nothing concerns a living token.
    mutating func prune(at now: NumericDate) {
        guard pieces.contains(where: { $0.latest <= now }) else { return }
        pieces.removeAll { $0.latest <= now }
        recount()
    }

    private mutating func recount() {
        count = pieces.reduce(tail.count) { $0 &+ $1.count }
        countWhenCompacted = min(countWhenCompacted, count)
        version &+= 1
    }

    /// The pieces that are to be compacted, if that may be worth the time.
    var wasteful: [Piece]? {
        guard pieces.count > 8, count > 2 &* countWhenCompacted else { return nil }
        return pieces
    }

    /// Puts `compacted` in the place of `old`, which must be the beginning of what stands here.
    mutating func replace(_ old: [Piece], with compacted: [Piece]) {
        guard pieces.count >= old.count, zip(pieces, old).allSatisfy({ $0 === $1 }) else { return }
        pieces.replaceSubrange(..<old.count, with: compacted)
        recount()
        countWhenCompacted = count
    }

    /// The same said once, without what has expired. Takes long; it lets others run in between.
    static func compacted(_ pieces: [Piece], at now: NumericDate) async -> [Piece] {
        var newest: [RevocationName: RevocationEntry] = [:]
        for piece in pieces {
            for entry in (try? RevocationEntryReader.entries(piece.bytes[...])) ?? [] where now < entry.until {
                guard let known = newest[entry.name] else {
                    newest[entry.name] = entry
                    continue
                }
                newest[entry.name] = RevocationEntry(
                    entry.name, value: max(known.value, entry.value), until: max(known.until, entry.until))
            }
            await Task.yield()
        }
        let entries = newest.values.sorted { $0.until < $1.until }
        return stride(from: 0, to: entries.count, by: entriesPerPiece).map { start in
            Piece(Array(entries[start..<min(start &+ entriesPerPiece, entries.count)]))
        }
    }
}
