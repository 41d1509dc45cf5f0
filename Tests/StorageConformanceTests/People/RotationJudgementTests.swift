import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What a presented generation is to its family: the rule itself, apart from any store.
@Suite struct RotationJudgementTests {
    /// Head 5; generation 4 was spent 4 s ago, 3 was spent 9 s ago, 2 was spent 11 s ago and 1 is not remembered.
    private static func family() -> RefreshFamily {
        var family = Sample.family()
        family.head = 5
        family.spent = [(2, 11), (3, 9), (4, 4)].map { generation, age in
            SpentGeneration(generation: generation, at: Sample.now - .seconds(age))
        }
        return family
    }

    /// The decision without the family that is to be stored.
    private enum Verdict: Hashable { case rotate, `repeat`, late, repeatedTooOften, reused, ended, ahead }

    private func judge(
        _ family: RefreshFamily, _ generation: Int64, window: Int64 = 10, at now: NumericDate = Sample.now
    ) -> Verdict {
        var policy = RotationPolicy(window: window)
        policy.repeatsPerGeneration = 2
        policy.repeatsPerDay = 3
        return switch family.judge(presenting: generation, under: policy, at: now) {
        case .rotate: .rotate
        case .repeat: .repeat
        case .late: .late
        case .repeatedTooOften: .repeatedTooOften
        case .reused: .reused
        case .ended: .ended
        case .ahead: .ahead
        }
    }

    @Test func `with a window the head rotates, its parent repeats, what is recent is late and all else ends it`() {
        let verdicts = (0...6).map { judge(Self.family(), $0) }
        #expect(verdicts == [.ended, .reused, .reused, .late, .repeat, .rotate, .ahead])
        #expect(judge(Self.family(), .min) == .ended)
        #expect(judge(Self.family(), .max) == .ahead)
    }

    @Test func `without a window all but the head ends it, even in the same second`() {
        var family = Self.family()
        #expect((1...5).map { judge(family, $0, window: 0) } == [.reused, .reused, .reused, .reused, .rotate])
        family.spent = [SpentGeneration(generation: 4, at: Sample.now)]
        #expect(judge(family, 4, window: 0) == .reused)
    }

    @Test func `the window is over in its last second`() {
        let family = Self.family()
        let spentAt = Sample.now - .seconds(4)
        #expect(judge(family, 4, at: spentAt + .seconds(9)) == .repeat)
        #expect(judge(family, 4, at: spentAt + .seconds(10)) == .reused)
    }

    @Test func `a clock that steps back makes a duplicate look recent and never the other way round`() {
        #expect(judge(Self.family(), 4, at: Sample.now - .seconds(3600)) == .repeat)
        #expect(judge(Self.family(), 2, at: Sample.now - .seconds(3600)) == .late)
        #expect(judge(Self.family(), 5, at: Sample.now - .seconds(3600)) == .rotate)
        let back = Sample.now - .seconds(3600)
        guard case .rotate(let next) = Self.family().judge(presenting: 5, under: RotationPolicy(), at: back) else {
            Issue.record("the head was not rotated")
            return
        }
        #expect(next.lastUsedAt == Self.family().lastUsedAt)
    }

    @Test func `repeats are counted by generation and by day`() {
        var family = Self.family()
        family.repeats = 2
        #expect(judge(family, 4) == .repeatedTooOften)
        family.repeats = 0
        family.repeatDay = Sample.now.secondsSince1970 / 86_400
        family.repeatsOnDay = 3
        #expect(judge(family, 4) == .repeatedTooOften)
        family.repeatDay -= 1
        #expect(judge(family, 4) == .repeat)
        // However often its parent came, the head may be used.
        family.repeats = 2
        #expect(judge(family, 5) == .rotate)
    }

    @Test func `what is remembered stays short, however often a token is exchanged within a second`() {
        var family = Sample.family()
        for second in 0..<30 as Range<Int64> {
            for _ in 0..<50 {
                let now = Sample.now + .seconds(second)
                guard case .rotate(let next) = family.judge(presenting: family.head, under: RotationPolicy(), at: now)
                else { return #expect(Bool(false), "the head was not rotated") }
                family = next
            }
        }
        #expect(family.head == 1501 && family.spent.count == 20)
        let now = Sample.now + .seconds(29)
        // Generations 1001 to 1050 were spent in the twentieth second.
        #expect((judge(family, 1000, at: now), judge(family, 1001, at: now)) == (.reused, .late))
        let later = now + .seconds(1)
        #expect((judge(family, 1050, at: later), judge(family, 1051, at: later)) == (.reused, .late))
    }

    @Test func `idle and absolute lifetimes end in their last second, for every generation`() {
        var family = Self.family()
        for generation: Int64 in 1...5 {
            #expect(judge(family, generation, at: family.lastUsedAt + .seconds(family.idleLifetime)) == .ended)
        }
        family.lastUsedAt = family.expiresAt - .seconds(5)
        #expect(judge(family, 5, at: family.expiresAt - .seconds(1)) == .rotate)
        #expect(judge(family, 5, at: family.expiresAt) == .ended)
    }

    @Test func `rotating moves the head by one, begins to count anew and forgets what the window does not need`() {
        var family = Self.family()
        family.repeats = 1
        guard case .rotate(let next) = family.judge(presenting: 5, under: RotationPolicy(), at: Sample.now) else {
            Issue.record("the head was not rotated")
            return
        }
        #expect(next.head == 6 && next.repeats == 0 && next.lastUsedAt == Sample.now)
        #expect(next.spent.map(\.generation) == [3, 4, 5])
        #expect(next.createdAt == family.createdAt && next.expiresAt == family.expiresAt)
    }

    /// The same rule, told by one who remembers everything: every generation with the time at which it was spent.
    private struct Oracle {
        var spentAt: [Int64: Int64] = [:]
        var head: Int64 = 1
        var repeats: [Int64: Int] = [:]
        var repeatsOnDay: [Int64: Int] = [:]
        var lastUsed: Int64
        var isEnded = false
        let policy: RotationPolicy
        let idleLifetime: Int64
        let expiresAt: Int64

        mutating func present(_ generation: Int64, at now: Int64) -> Verdict {
            if isEnded || now >= expiresAt || now >= lastUsed + idleLifetime { return .ended }
            if generation < 1 { return .ended }
            if generation > head {
                isEnded = true
                return .ahead
            }
            if generation == head {
                spentAt[generation] = now
                head += 1
                lastUsed = now
                return .rotate
            }
            if now - spentAt[generation, default: .min / 2] >= policy.window {
                isEnded = true
                return .reused
            }
            if generation < head - 1 { return .late }
            let today = repeatsOnDay[now / 86_400, default: 0]
            guard repeats[generation, default: 0] < policy.repeatsPerGeneration, today < policy.repeatsPerDay else {
                return .repeatedTooOften
            }
            repeats[generation, default: 0] += 1
            repeatsOnDay[now / 86_400] = today + 1
            return .repeat
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `agrees with one who remembers everything, whatever is presented when`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var seen: Set<Verdict> = []
        for _ in 0..<200 {
            let policy = RotationPolicy(
                window: [0, 1, 10, 60].randomElement(using: &random) ?? 10, repeatsPerGeneration: 3, repeatsPerDay: 6)
            var family = Sample.family()
            var now = Sample.now.secondsSince1970
            var oracle = Oracle(
                lastUsed: now, policy: policy, idleLifetime: family.idleLifetime,
                expiresAt: family.expiresAt.secondsSince1970)
            for _ in 0..<60 {
                now += ([0, 0, 0, 1, 3, 9, 10, 59, 60, 90_000] as [Int64]).randomElement(using: &random) ?? 0
                let back = ([0, 0, 0, 0, 1, 1, 1, 2, 3, 7, -1] as [Int64]).randomElement(using: &random) ?? 0
                let expected = oracle.present(family.head - back, at: now)
                let date = NumericDate(secondsSince1970: now)
                let verdict: Verdict
                switch family.judge(presenting: family.head - back, under: policy, at: date) {
                case .rotate(let next): (verdict, family) = (.rotate, next)
                case .repeat(let next): (verdict, family) = (.repeat, next)
                case .late: verdict = .late
                case .repeatedTooOften: verdict = .repeatedTooOften
                case .reused: verdict = .reused
                case .ended: verdict = .ended
                case .ahead: verdict = .ahead
                }
                seen.insert(expected)
                guard verdict == expected else {
                    Issue.record("seed \(seed): \(verdict) instead of \(expected) at \(now) for \(family)")
                    return
                }
                if oracle.isEnded { break }
            }
        }
        #expect(seen.count == 7)
    }
}

/// Random numbers that are the same in every run of a test (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
