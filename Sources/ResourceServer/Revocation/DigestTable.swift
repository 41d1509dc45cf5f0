package import OAuth

/// What the table of digests adds to them before it picks a place, so that nobody who chooses names can aim at one.
package struct DigestSeed: Hashable, Sendable {
    let first: UInt64
    let second: UInt64

    /// - Parameter bytes: 16 random ones; those missing count as zero.
    package init(_ bytes: [UInt8]) {
        var words: [UInt64] = [0, 0]
        for (index, byte) in bytes.prefix(16).enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
        first = words[0]
        second = words[1]
    }
}

/// Millions of digests, each with the time when it may be forgotten and, where asked for, a number.
///
/// Open addressing in many small segments that grow one at a time, by a quarter, each at a moment of its own: no growth
/// copies more than a thousandth of the whole, so that neither memory nor time has a peak. A slot takes 20 bytes, or 28
/// with a number. The times are seconds of 31 bits; the bit that is left says which replacement has seen the entry.
package struct DigestTable: Sendable {
    private static let segmentBits: UInt64 = 10
    package static let segmentCount = 1 << Int(segmentBits)
    package static let latestTime = UInt32.max >> 1

    private var segments: [DigestSegment]
    private let seed: DigestSeed
    private var mark: UInt32 = 0
    private var isReplacing = false
    package private(set) var count = 0

    package init(seed: DigestSeed, hasNumbers: Bool) {
        self.seed = seed
        segments = (0..<Self.segmentCount).map { DigestSegment(firstCapacity: 8 + $0 % 8, hasNumbers: hasNumbers) }
    }

    /// What the entries take, places without an entry included.
    package var bytes: Int { segments.reduce(0) { $0 &+ $1.bytes } }

    package func contains(_ digest: RevocationName) -> Bool {
        let (segment, hash) = place(of: digest)
        return segments[segment].slot(of: digest, hash) != nil
    }

    /// The number of an entry.
    package func number(_ digest: RevocationName) -> UInt64? {
        let (segment, hash) = place(of: digest)
        return segments[segment].slot(of: digest, hash).map { segments[segment].number(at: $0) }
    }

    /// When an entry may be forgotten.
    package func until(_ digest: RevocationName) -> UInt32? {
        let (segment, hash) = place(of: digest)
        return segments[segment].slot(of: digest, hash).map { segments[segment].time(at: $0) & Self.latestTime }
    }

    /// How many places are looked at to find an entry: a few, unless somebody has found names that meet in one place.
    package func steps(to digest: RevocationName) -> Int {
        let (segment, hash) = place(of: digest)
        return segments[segment].steps(to: digest, hash)
    }

    /// Adds an entry. Of one that is there already the later time and the higher number stay.
    package mutating func insert(_ digest: RevocationName, until: UInt32, number: UInt64 = 0) {
        guard digest != .none else { return }
        let (segment, hash) = place(of: digest)
        let time = min(until, Self.latestTime)
        if let slot = segments[segment].slot(of: digest, hash) {
            let old = segments[segment].time(at: slot)
            // What a replacement has not seen is not part of the new whole: its values count for nothing.
            let isOfNow = old & ~Self.latestTime == mark
            segments[segment].change(
                slot, time: mark | (isOfNow ? max(old & Self.latestTime, time) : time),
                number: isOfNow ? max(segments[segment].number(at: slot), number) : number)
            return
        }
        if segments[segment].isFull {
            let grown = segments[segment].grownCapacity
            segments[segment].rebuild(capacity: grown, keeping: { _ in true }, hash: Self.hash(with: seed))
        }
        segments[segment].add(digest, hash, time: mark | time, number: number)
        count &+= 1
    }

    /// From here on what is inserted is the new whole; all that is not inserted again, ``sweep(_:)`` takes away. Until
    /// then both are found.
    package mutating func beginReplacement() {
        if isReplacing { sweep(0..<Self.segmentCount) }
        isReplacing = true
        mark ^= ~Self.latestTime
    }

    /// Takes away of some segments what the last replacement has not seen; the last segment comes last.
    package mutating func sweep(_ range: Range<Int>) {
        let mark = mark
        filter(range) { $0 & ~Self.latestTime == mark }
        if range.upperBound >= Self.segmentCount { isReplacing = false }
    }

    /// Forgets of some segments what may be forgotten before `time`.
    package mutating func prune(before time: UInt32, _ range: Range<Int>) {
        filter(range) { time <= $0 & Self.latestTime }
    }

    private mutating func filter(_ range: Range<Int>, _ keeps: (UInt32) -> Bool) {
        for index in range.clamped(to: 0..<Self.segmentCount) {
            let before = segments[index].count
            let kept = segments[index].countOfTimes(keeps)
            guard kept < before else { continue }
            let capacity = segments[index].capacity(for: kept)
            segments[index].rebuild(capacity: capacity, keeping: keeps, hash: Self.hash(with: seed))
            count &-= before &- kept
        }
    }

    private func place(of digest: RevocationName) -> (segment: Int, hash: UInt64) {
        let hash = Self.hash(of: digest, with: seed)
        return (Int(hash >> (64 - Self.segmentBits)), hash)
    }

    /// Digests are even already; the seed makes their places unknown to those who try names until digests are alike.
    private static func hash(of digest: RevocationName, with seed: DigestSeed) -> UInt64 {
        let product = (digest.high ^ seed.first).multipliedFullWidth(by: digest.low ^ seed.second)
        return product.high ^ product.low
    }

    /// Holds the seed alone: a function that held the table would make of each change of a segment one of a copy of them all.
    private static func hash(with seed: DigestSeed) -> (RevocationName) -> UInt64 { { hash(of: $0, with: seed) } }
}

extension RevocationName {
    /// The digest of nothing, but for one chance in 2^128; the mark of a free place.
    static let none = RevocationName(high: 0, low: 0)
}
