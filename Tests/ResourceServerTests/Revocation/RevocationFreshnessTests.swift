import JOSE
import ResourceServer
import Testing

/// How old the issuer's last word is, by clocks that may be wrong.
@Suite struct RevocationFreshnessTests {
    private static let start = NumericDate(secondsSince1970: 1_800_000_000)
    private static let bound = Duration.seconds(15)

    /// Hears a word each five seconds, and how old each looked when the next one came. `ahead`: of the true time.
    private static func ages(
        _ freshness: inout RevocationFreshness, from first: Int, to last: Int, issuer ahead: Int = 0, calendar: Int = 0
    ) -> [Duration] {
        stride(from: first, to: last, by: 5).compactMap { second in
            let now = start + .seconds(second + calendar)
            freshness.heard(issuedAt: start + .seconds(second + ahead), at: now, uptime: .seconds(second))
            return freshness.age(at: now, uptime: .seconds(second))
        }
    }

    @Test func `recovers after a start with a clock that was ahead`() {
        var freshness = RevocationFreshness(tolerance: .seconds(30))
        let before = Self.ages(&freshness, from: 0, to: 20, calendar: 60)
        #expect(before.allSatisfy { $0 > Self.bound })
        _ = Self.ages(&freshness, from: 20, to: 720)
        let after = Self.ages(&freshness, from: 720, to: 900)
        #expect(after.count == 36 && after.allSatisfy { $0 == .zero })
    }

    @Test func `recovers after the clock of the issuer was ahead`() {
        var freshness = RevocationFreshness(tolerance: .seconds(30))
        _ = Self.ages(&freshness, from: 0, to: 600)
        _ = Self.ages(&freshness, from: 600, to: 620, issuer: 25)
        // From here on it is right again, and all it says looks old: nobody can tell that from being held up.
        #expect(Self.ages(&freshness, from: 640, to: 1_200).allSatisfy { $0 == .seconds(25) })
        _ = Self.ages(&freshness, from: 1_200, to: 1_300)
        #expect(Self.ages(&freshness, from: 1_300, to: 1_500).allSatisfy { $0 == .zero })
    }

    @Test func `sees words that are held up, at first by all clocks and later by the calendar`() {
        var freshness = RevocationFreshness(tolerance: .seconds(30))
        _ = Self.ages(&freshness, from: 0, to: 600)
        #expect(Self.ages(&freshness, from: 640, to: 1_190, issuer: -40).allSatisfy { $0 == .seconds(40) })
        #expect(Self.ages(&freshness, from: 1_300, to: 2_000, issuer: -40).allSatisfy { $0 >= .seconds(10) })
        #expect(Self.ages(&freshness, from: 2_000, to: 2_100, issuer: -50).allSatisfy { $0 > Self.bound })
    }

    @Test func `grows old in silence, whatever the calendar says`() {
        var freshness = RevocationFreshness(tolerance: .seconds(30))
        _ = Self.ages(&freshness, from: 0, to: 100)
        for second in [200, 2_000, 200_000] {
            let age = freshness.age(at: Self.start - .seconds(500), uptime: .seconds(second))
            #expect(age == .seconds(second - 95))
        }
    }
}
