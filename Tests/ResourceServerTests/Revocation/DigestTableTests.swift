import OAuth
import ResourceServer
import Testing

/// The table against the plainest thing that does the same.
@Suite(.timeLimit(.minutes(5))) struct DigestTableTests {
    private struct Model {
        struct Entry: Equatable {
            var until: UInt32
            var number: UInt64
        }
        var entries: [RevocationName: Entry] = [:]
        var seen: Set<RevocationName> = []

        mutating func insert(_ digest: RevocationName, _ until: UInt32, _ number: UInt64) {
            let old = seen.contains(digest) ? entries[digest] : nil
            entries[digest] = Entry(until: max(old?.until ?? 0, until), number: max(old?.number ?? 0, number))
            seen.insert(digest)
        }

        mutating func sweep() {
            entries = entries.filter { seen.contains($0.key) }
        }
    }

    private static let seed = DigestSeed(Array(1...16))

    private func check(_ table: DigestTable, is model: Model, hasNumbers: Bool, _ line: Int = #line) {
        #expect(table.count == model.entries.count)
        var differences = 0
        for (digest, entry) in model.entries {
            let isSame = table.contains(digest) && table.until(digest) == entry.until
            if !isSame || table.number(digest) != (hasNumbers ? entry.number : 0) { differences += 1 }
        }
        #expect(differences == 0)
    }

    /// Digests of few values, so that many operations meet the same one.
    @Test(arguments: [false, true], 1...4)
    func `does what a dictionary does`(hasNumbers: Bool, run: Int) {
        var random = SplitMix(UInt64(run))
        var table = DigestTable(seed: Self.seed, hasNumbers: hasNumbers)
        var model = Model()
        for step in 0..<6_000 {
            let digest = RevocationName(high: random.next() % 64, low: 1 + random.next() % 64)
            switch random.next() % 1_000 {
            case 0:
                let time = UInt32(random.next() % 1_000)
                table.prune(before: time, 0..<DigestTable.segmentCount)
                model.entries = model.entries.filter { time <= $0.value.until }
                model.seen.formIntersection(model.entries.keys)
            case 1:
                table.beginReplacement()
                model.sweep()
                model.seen = []
            case 2:
                table.sweep(0..<DigestTable.segmentCount)
                model.sweep()
            default:
                let (until, number) = (UInt32(random.next() % 1_000), random.next() % 50)
                table.insert(digest, until: until, number: number)
                model.insert(digest, until, number)
            }
            let other = RevocationName(high: random.next() % 64, low: 1 + random.next() % 64)
            #expect(table.contains(other) == (model.entries[other] != nil), "step \(step)")
            if step % 500 == 0 { check(table, is: model, hasNumbers: hasNumbers) }
        }
        check(table, is: model, hasNumbers: hasNumbers)
    }

    @Test func `holds a hundred thousand, and gives their memory back`() {
        var random = SplitMix(7)
        var table = DigestTable(seed: Self.seed, hasNumbers: true)
        var model = Model()
        for index in 0..<100_000 {
            let digest = RevocationName(high: random.next(), low: random.next())
            table.insert(digest, until: UInt32(index), number: UInt64(index))
            model.insert(digest, UInt32(index), UInt64(index))
        }
        check(table, is: model, hasNumbers: true)
        let full = table.bytes
        for start in stride(from: 0, to: DigestTable.segmentCount, by: 16) {
            table.prune(before: 90_000, start..<start + 16)
        }
        model.entries = model.entries.filter { $0.value.until >= 90_000 }
        check(table, is: model, hasNumbers: true)
        #expect(table.bytes < full / 5)
        table.beginReplacement()
        table.sweep(0..<DigestTable.segmentCount)
        #expect(table.count == 0 && table.bytes == 0)
    }

    /// Counted at every step, so that no growth on the way takes more; what the allocator adds is measured by the
    /// benchmark.
    @Test(arguments: [(false, 40), (true, 56)])
    func `a million entries stay below 64 MiB while they come`(hasNumbers: Bool, mebibytes: Int) {
        var random = SplitMix(9)
        var table = DigestTable(seed: Self.seed, hasNumbers: hasNumbers)
        var largest = 0
        for index in 0..<1_000_000 {
            let digest = RevocationName(high: random.next(), low: random.next())
            table.insert(digest, until: 1, number: 1)
            if index % 10_000 == 0 { largest = max(largest, table.bytes) }
        }
        largest = max(largest, table.bytes)
        #expect(table.count == 1_000_000)
        #expect(largest <= mebibytes << 20, "\(largest) bytes")
    }

    /// All names of an attacker hash to the same first half and differ in few bits of the second.
    @Test func `digests that are alike are spread`() {
        var table = DigestTable(seed: Self.seed, hasNumbers: false)
        let names = (1...20_000).map { RevocationName(high: 5, low: $0) }
        for name in names { table.insert(name, until: 1) }
        #expect(table.count == 20_000)
        #expect(table.bytes < 20_000 * 20 * 2)
        #expect(names.reduce(0) { $0 + table.steps(to: $1) } < 20_000 * 8)
    }

    @Test func `knows nothing of the digest that marks free places, nor of one never given`() {
        var table = DigestTable(seed: Self.seed, hasNumbers: true)
        let none = RevocationName(high: 0, low: 0)
        #expect(!table.contains(none) && table.number(none) == nil)
        table.insert(none, until: 5, number: 5)
        #expect(!table.contains(none) && table.count == 0)
        table.insert(RevocationName(high: 0, low: 1), until: .max, number: 5)
        #expect(!table.contains(none) && table.until(RevocationName(high: 0, low: 1)) == DigestTable.latestTime)
    }
}

/// Numbers that look random and are the same in each run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
