import JOSE
import Risk
import Testing

@Suite struct NeighbourhoodThrottleTests {
    private let now = NumericDate(secondsSince1970: 1_800_000_000)
    private let throttle = NeighbourhoodThrottle(ThrottlePolicy(burst: 3, perHour: 1))

    private func passes(_ count: Int, _ address: (Int) -> String) -> Int {
        (0..<count).filter { throttle.admit(address($0), at: now) == nil }.count
    }

    @Test func `counts one address alone`() {
        #expect(passes(9) { _ in "2001:db8:1:100::1" } == 3)
        #expect(passes(9) { _ in "2001:db8:2:100::1" } == 3)
        #expect(passes(9) { _ in "192.0.2.1" } == 3)
        #expect(passes(9) { _ in "unix" } == 3)
    }

    @Test func `counts the networks that one party may hold, too`() {
        #expect(passes(50) { "2001:db8:1:1\(String($0 % 16, radix: 16))\(String($0 % 10))::1" } == 6, "one /56")
        #expect(passes(50) { "2001:db8:2:\(String($0, radix: 16))00::1" } == 12, "one /48")
        #expect(passes(50) { "192.0.2.\($0)" } == 12, "one /24")
        #expect(passes(50) { "192.0.\($0).1" } == 49, "many networks, of which one is used up")
    }

    @Test func `counts nothing that it refuses`() {
        _ = passes(1000) { "192.0.2.\($0 % 250)" }
        #expect(throttle.admit("192.0.2.77", at: now + .seconds(7200)) == nil)
    }
}
