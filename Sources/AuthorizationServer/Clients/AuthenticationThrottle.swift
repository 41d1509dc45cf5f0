import JOSE
import OAuth
import Risk

/// Slows down who keeps failing to authenticate: per client and address, and per address alone.
///
/// The count of one address never touches another's, and what is right is let pass where it costs one hash to see it, so
/// a stranger cannot lock a client out.
struct AuthenticationThrottle: Sendable {
    private struct Pair: Hashable {
        let client: ClientID
        let address: AddressPrefix
    }

    private let clients: FailureThrottle
    private let addresses: FailureThrottle

    init(_ policy: ServerPolicy) {
        clients = FailureThrottle(policy.clientThrottle)
        addresses = FailureThrottle(policy.addressThrottle)
    }

    /// The refusal of whoever has failed too often there; `nil` for all others.
    func refusal(of client: ClientID, from caller: Caller, at now: NumericDate) -> Rejection? {
        let address = AddressPrefix(caller.address)
        let wait = max(
            clients.wait(for: Pair(client: client, address: address), at: now) ?? 0,
            addresses.wait(for: address, at: now) ?? 0)
        // The name is not known to be a client's: it stays out of logs and counters.
        return wait == 0 ? nil : .throttled(nil, retryAfter: wait)
    }

    func recordFailure(of client: ClientID, from caller: Caller, at now: NumericDate) {
        let address = AddressPrefix(caller.address)
        clients.recordFailure(of: Pair(client: client, address: address), at: now)
        addresses.recordFailure(of: address, at: now)
    }
}
