import NIOCore
import OAuth
import ResourceServer
import Risk
import ServerHTTP
import Synchronization

/// Counts the requests of all callers, in memory of a fixed size.
package final class RateLimiter: Sendable {
    private struct Key: Hashable {
        let route: String
        let limit: RateLimit
        /// `nil`: everybody for whom there is no room.
        let caller: String?
    }

    package static let largestMemory = 1_000_000
    private struct State {
        var buckets: [Key: TokenBucket] = [:]
        /// When full buckets were last thrown away; looking for them takes long, so not for every stranger.
        var swept = NIODeadline.uptimeNanoseconds(0)
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// - Parameter capacity: how many callers are told apart; those beyond share one bucket for each limit, so that
    ///   nobody gets more by making others forgotten.
    package init(capacity: Int = 100_000) { self.capacity = min(max(capacity, 1), Self.largestMemory) }

    package var count: Int { state.withLock { $0.buckets.count } }

    /// Counts a request; `nil` for a route without limits.
    func take(_ pass: GatewayPass, from address: String, at now: NIODeadline) -> RateStanding? {
        let limits = pass.route.forwarding.limits
        guard !limits.isEmpty else { return nil }
        let readings = take(limits, of: pass.route.name, at: now) { Self.caller(in: pass, address, $0) }
        return RateStanding(readings: readings, pass: pass)
    }

    /// Counts a request where nobody is known but by address.
    func take(_ limit: RateLimit, of place: String, from address: String, at now: NIODeadline) -> RateStanding {
        RateStanding(readings: take([limit], of: place, at: now) { _ in AddressPrefix(address).text }, pass: nil)
    }

    /// - Parameter caller: whose requests a limit counts together.
    private func take(
        _ limits: [RateLimit], of place: String, at now: NIODeadline, caller: (RateLimit) -> String
    ) -> [RateStanding.Reading] {
        state.withLock { state in
            var readings: [RateStanding.Reading] = []
            for limit in limits {
                let key = key(of: place, caller(limit), limit, in: &state, at: now)
                var bucket = state.buckets[key] ?? TokenBucket(full: limit, at: now)
                let isTaken = bucket.take(limit, at: now)
                state.buckets[key] = bucket
                readings.append(
                    RateStanding.Reading(
                        limit: limit, isExceeded: !isTaken, remaining: bucket.remaining(limit),
                        wait: bucket.wait(limit), refill: bucket.refill(limit)))
            }
            return readings
        }
    }

    /// What all tokens of a browser's session come from: it has another one every few minutes, and is still one caller.
    private static func grant(of pass: GatewayPass) -> String? {
        guard pass.sessionToken != nil, let token = pass.token else { return nil }
        return TokenRoots(in: token.claims)?.grant.rawValue
    }

    private static func caller(in pass: GatewayPass, _ address: String, _ limit: RateLimit) -> String {
        switch (limit.scope, pass.token) {
        // What has no name of its own, such as an opaque token, counts for whom it speaks for.
        case (.token, let token?): grant(of: pass) ?? token.tokenID?.rawValue ?? token.subject.rawValue
        case (.client, let token?): token.clientID?.rawValue ?? token.subject.rawValue
        // All addresses that one party usually holds are one caller.
        case (_, nil): AddressPrefix(address).text
        }
    }

    private func key(
        of place: String, _ caller: String, _ limit: RateLimit, in state: inout State, at now: NIODeadline
    ) -> Key {
        let key = Key(route: place, limit: limit, caller: caller)
        guard state.buckets[key] == nil, state.buckets.count >= capacity else { return key }
        if now - state.swept > .seconds(1) {
            state.swept = now
            state.buckets = state.buckets.filter { !$0.value.isFull($0.key.limit, at: now) }
        }
        return state.buckets.count < capacity ? key : Key(route: place, limit: limit, caller: nil)
    }
}
