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
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"), ("::1", "::/64"), ("unix", "unix"), ("", ""),
    ])
    func `is what one holder has`(address: String, prefix: String) {
        #expect(AddressPrefix(address).text == prefix)
    }

    @Test(arguments: [
        ["192.0.2.7", "::ffff:192.0.2.7", "::FFFF:192.0.2.7", "::ffff:c000:207", "0:0:0:0:0:FFFF:C000:0207"],
        ["2001:db8::1", "2001:DB8::2", "2001:0db8:0:0::3", "2001:db8:0:0:0:0:0:4", "2001:db8::ffff:192.0.2.7"],
        ["fe80::1", "fe80::1%eth0", "FE80:0:0:0::2%2", "fe80::0.0.0.3"],
        ["::1", "0:0:0:0:0:0:0:1", "::0001"],
    ])
    func `is the same for every text of an address`(texts: [String]) {
        #expect(Set(texts.map { AddressPrefix($0) }).count == 1)
    }

    @Test func `is another one for the next holder`() {
        let others = ["2001:db8:0:1::1", "2001:db9::1", "2001:db8::", "192.0.2.8", "::192.0.2.7", "unix"]
        #expect(Set(others.map { AddressPrefix($0) }).count == others.count)
    }
}
