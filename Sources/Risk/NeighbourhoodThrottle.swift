package import JOSE

/// Slows down what comes from one address and, together, from the networks around it: whoever holds a /48 has 65,536
/// times the /64 that one party usually has.
package struct NeighbourhoodThrottle: Sendable {
    /// A network, told apart from another of the same beginning by its length.
    private struct Network: Hashable {
        let bytes: [UInt8]
        let bits: Int
    }

    private let addresses: FailureThrottle
    private let small: FailureThrottle
    private let large: FailureThrottle

    /// - Parameter policy: for one address; the networks around it may do twice and four times as much.
    package init(_ policy: ThrottlePolicy) {
        addresses = FailureThrottle(policy)
        small = FailureThrottle(policy.times(2))
        large = FailureThrottle(policy.times(4))
    }

    /// Counts one from this address; seconds to wait, and nothing counted, if it is one too many.
    package func admit(_ address: String, at now: NumericDate) -> Int64? {
        let prefix = AddressPrefix(address)
        let (near, far) = Self.networks(around: address)
        let waits = [
            addresses.wait(for: prefix, at: now), near.flatMap { small.wait(for: $0, at: now) },
            far.flatMap { large.wait(for: $0, at: now) },
        ]
        if let wait = waits.compactMap(\.self).max() { return wait }
        addresses.recordFailure(of: prefix, at: now)
        if let near { small.recordFailure(of: near, at: now) }
        if let far { large.recordFailure(of: far, at: now) }
        return nil
    }

    /// The /56 and the /48 of an IPv6 address, the /24 of an IPv4 address.
    private static func networks(around address: String) -> (near: Network?, far: Network?) {
        guard let known = IPAddress(String(address.prefix { $0 != "%" })) else { return (nil, nil) }
        func network(_ bits: Int) -> Network { Network(bytes: Array(known.bytes.prefix(bits / 8)), bits: bits) }
        return known.isIPv4 ? (nil, network(24)) : (network(56), network(48))
    }
}

extension ThrottlePolicy {
    fileprivate func times(_ factor: Int64) -> ThrottlePolicy {
        ThrottlePolicy(burst: burst * factor, perHour: perHour * factor)
    }
}
