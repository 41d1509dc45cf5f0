import Authenticators
import JOSE
import OAuth
import Testing

@Suite struct `Who finds the line of the hasher full` {
    private let now = NumericDate(secondsSince1970: 1_800_000_000)
    private let times: ReturnTimes

    init() {
        times = PasswordHasher(PasswordHasherSettings(threads: 1, waiting: 64), secrets: .system).returnTimes
    }

    @Test func `comes again with half a line of others at the most`() {
        let told = (0..<300).map { _ in times.next(at: now) }
        let crowds = Dictionary(grouping: told) { $0 }.mapValues(\.count)
        #expect(told == told.sorted() && told.first == 2 && told.last == 11)
        #expect(crowds.values.allSatisfy { $0 <= 32 })
    }

    @Test func `never waits longer than half a minute, however many come`() {
        for _ in 0..<5_000 { #expect((2...30).contains(times.next(at: now))) }
        // Nor when the clock was set back.
        #expect(times.next(at: now + .seconds(-3_600)) == 2)
        #expect(times.next(at: now + .seconds(60)) == 2)
    }
}
