package import JOSE
package import OAuth

/// All that is known to be revoked for one audience: the highest value of each name, until nobody needs it.
package struct RevocationTable: Sendable {
    /// What has ended for good needs no number.
    private var ended: DigestTable
    private var counters: DigestTable
    private let capacity: Int

    /// Clocks are not alike, and a token may be taken for some time after its end (at most this long): so long an entry
    /// outlives the last token that it concerns.
    static let retention = Duration.seconds(600)
    package static let segmentCount = DigestTable.segmentCount

    /// - Parameter capacity: more entries are not taken.
    package init(capacity: Int, seed: DigestSeed) {
        self.capacity = capacity
        ended = DigestTable(seed: seed, hasNumbers: false)
        counters = DigestTable(seed: seed, hasNumbers: true)
    }

    package var count: Int { ended.count &+ counters.count }
    package var bytes: Int { ended.bytes &+ counters.bytes }

    /// Whether so many more entries can be taken.
    package func hasRoom(for count: Int) -> Bool { count <= capacity &- self.count }

    /// Of two entries on one name the higher value and the later end count.
    package mutating func insert(_ entry: RevocationEntry) {
        let until = UInt32(clamping: entry.until.secondsSince1970 &- RevocationEntry.epoch.secondsSince1970)
        if entry.isEnded {
            ended.insert(entry.name, until: max(until, counters.until(entry.name) ?? 0))
        } else {
            counters.insert(entry.name, until: until, number: UInt64(clamping: entry.value))
            if ended.contains(entry.name) { ended.insert(entry.name, until: until) }
        }
    }

    /// The value that a token's number must reach; 0 for a name of which nothing is known.
    package func value(_ name: RevocationName) -> Int64 {
        if ended.count > 0, ended.contains(name) { return RevocationEntry.ended }
        guard counters.count > 0 else { return 0 }
        return counters.number(name).map { Int64(clamping: $0) } ?? 0
    }

    /// From here on what is inserted is all there is; until ``sweep(_:)`` has seen all segments the rest still counts.
    package mutating func beginReplacement() {
        ended.beginReplacement()
        counters.beginReplacement()
    }

    package mutating func sweep(_ segments: Range<Int>) {
        ended.sweep(segments)
        counters.sweep(segments)
    }

    /// Forgets, in some segments, what concerns no token any more.
    package mutating func prune(at now: NumericDate, _ segments: Range<Int>) {
        let seconds = (now - Self.retention).secondsSince1970
        let time = UInt32(clamping: seconds.subtractingReportingOverflow(RevocationEntry.epoch.secondsSince1970).0)
        ended.prune(before: time, segments)
        counters.prune(before: time, segments)
    }
}
