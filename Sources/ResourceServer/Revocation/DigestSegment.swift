import OAuth

/// One part of a table of digests: linear probing in arrays that know no gaps, because entries leave only when the whole
/// segment is laid out anew.
struct DigestSegment: Sendable {
    private var keys: [RevocationName] = []
    private var times: [UInt32] = []
    private var numbers: [UInt64] = []
    private(set) var count = 0
    private let firstCapacity: Int
    private let hasNumbers: Bool

    init(firstCapacity: Int, hasNumbers: Bool) {
        self.firstCapacity = firstCapacity
        self.hasNumbers = hasNumbers
    }

    var bytes: Int { keys.capacity &* 16 &+ times.capacity &* 4 &+ numbers.capacity &* 8 }

    /// Seven eighths, and always one place free, at which every search ends.
    var isFull: Bool { (count &+ 1) &* 8 > keys.count &* 7 }

    var grownCapacity: Int { keys.isEmpty ? firstCapacity : keys.count &+ max(4, keys.count / 4) }

    /// Room for so many, and for some to come.
    func capacity(for count: Int) -> Int { count == 0 ? 0 : max(firstCapacity, count &+ count / 4 &+ 2) }

    func time(at slot: Int) -> UInt32 { times[slot] }

    func number(at slot: Int) -> UInt64 { hasNumbers ? numbers[slot] : 0 }

    func slot(of digest: RevocationName, _ hash: UInt64) -> Int? {
        guard !keys.isEmpty, digest != .none else { return nil }
        var slot = start(hash)
        while keys[slot] != digest {
            guard keys[slot] != .none else { return nil }
            slot = slot &+ 1 == keys.count ? 0 : slot &+ 1
        }
        return slot
    }

    /// How many places are looked at to find an entry.
    func steps(to digest: RevocationName, _ hash: UInt64) -> Int {
        guard let slot = slot(of: digest, hash) else { return 0 }
        let distance = slot &- start(hash)
        return 1 &+ (distance < 0 ? distance &+ keys.count : distance)
    }

    func countOfTimes(_ keeps: (UInt32) -> Bool) -> Int {
        var kept = 0
        for slot in keys.indices where keys[slot] != .none && keeps(times[slot]) { kept &+= 1 }
        return kept
    }

    mutating func change(_ slot: Int, time: UInt32, number: UInt64) {
        times[slot] = time
        if hasNumbers { numbers[slot] = number }
    }

    /// The digest is not there yet, and the segment not full.
    mutating func add(_ digest: RevocationName, _ hash: UInt64, time: UInt32, number: UInt64) {
        var slot = start(hash)
        while keys[slot] != .none { slot = slot &+ 1 == keys.count ? 0 : slot &+ 1 }
        keys[slot] = digest
        change(slot, time: time, number: number)
        count &+= 1
    }

    mutating func rebuild(capacity: Int, keeping keeps: (UInt32) -> Bool, hash: (RevocationName) -> UInt64) {
        let (oldKeys, oldTimes, oldNumbers) = (keys, times, numbers)
        keys = Array(repeating: .none, count: capacity)
        times = Array(repeating: 0, count: capacity)
        numbers = Array(repeating: 0, count: hasNumbers ? capacity : 0)
        count = 0
        for slot in oldKeys.indices where oldKeys[slot] != .none && keeps(oldTimes[slot]) {
            let number = hasNumbers ? oldNumbers[slot] : 0
            add(oldKeys[slot], hash(oldKeys[slot]), time: oldTimes[slot], number: number)
        }
    }

    /// The low half of the hash, spread over the places; the high bits chose the segment.
    private func start(_ hash: UInt64) -> Int { Int(((hash & 0xFFFF_FFFF) &* UInt64(keys.count)) >> 32) }
}
