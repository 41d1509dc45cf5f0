import JOSE
import Risk
import TestSupport
import Testing

@Suite struct `The throttle` {
    private let start = NumericDate(secondsSince1970: 1_000_000)

    @Test(.requirement("6749-2.3.1-9")) func `lets the burst pass and then makes the key wait`() {
        let throttle = FailureThrottle(ThrottlePolicy(burst: 5, perMinute: 10))
        for _ in 0..<5 {
            #expect(throttle.wait(for: "a", at: start) == nil)
            throttle.recordFailure(of: "a", at: start)
        }
        #expect(throttle.wait(for: "a", at: start) == 1)
        throttle.recordFailure(of: "a", at: start)
        #expect(throttle.wait(for: "a", at: start) == 7)
        #expect(throttle.wait(for: "a", at: start + .seconds(7)) == nil)
    }

    @Test func `keeps keys apart`() {
        let throttle = FailureThrottle(ThrottlePolicy(burst: 3, perMinute: 1))
        for _ in 0..<100 { throttle.recordFailure(of: "attacker", at: start) }
        #expect(throttle.wait(for: "attacker", at: start) != nil)
        #expect((0..<1000).allSatisfy { throttle.wait(for: "honest-\($0)", at: start) == nil })
    }

    @Test func `never makes anybody wait longer than its cap`() throws {
        let throttle = FailureThrottle(ThrottlePolicy(burst: 10, perMinute: 10))
        for _ in 0..<100_000 { throttle.recordFailure(of: "a", at: start) }
        #expect(try #require(throttle.wait(for: "a", at: start)) <= 61)
    }

    @Test func `is not emptied by a stranger who invents keys`() {
        let throttle = FailureThrottle(ThrottlePolicy(burst: 3, perMinute: 1))
        for _ in 0..<10 { throttle.recordFailure(of: "attacker", at: start) }
        for index in 0..<20_000 { throttle.recordFailure(of: "spray-\(index)", at: start) }
        #expect(throttle.wait(for: "attacker", at: start) != nil)
    }

    @Test func `counts failures that come at the same time exactly`() async throws {
        let throttle = FailureThrottle(ThrottlePolicy(burst: 200, perMinute: 1))
        await withTaskGroup { group in
            for _ in 0..<200 { group.addTask { throttle.recordFailure(of: "a", at: start) } }
        }
        #expect(throttle.wait(for: "a", at: start) != nil)
        let fewer = FailureThrottle(ThrottlePolicy(burst: 200, perMinute: 1))
        await withTaskGroup { group in
            for _ in 0..<199 { group.addTask { fewer.recordFailure(of: "a", at: start) } }
        }
        #expect(fewer.wait(for: "a", at: start) == nil)
    }

    @Test func `survives clocks that jump`() {
        let throttle = FailureThrottle(ThrottlePolicy(burst: 1, perMinute: 1))
        throttle.recordFailure(of: "a", at: NumericDate(secondsSince1970: .max))
        throttle.recordFailure(of: "a", at: NumericDate(secondsSince1970: .min))
        #expect(throttle.wait(for: "a", at: start) != nil)
    }
}

@Suite struct `An address prefix` {
    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"), ("2001:db8::1", "2001:db8::"),
        ("2001:db8:1:2::9", "2001:db8:1:2"), ("::1", "::"), ("unix", "unix"), ("::ffff:192.0.2.7", "::ffff:192.0.2.7"),
    ])
    func `is what one holder has`(address: String, prefix: String) {
        #expect(AddressPrefix(address).text == prefix)
    }
}
