import JOSE
import OAuth
import Risk

/// Slows down who guesses registration access tokens, and who changes registrations over and over.
///
/// Guesses count for their address alone: a stranger cannot keep a client from what is its own.
struct RegistrationThrottle: Sendable {
    private let guesses: FailureThrottle
    private let changes: FailureThrottle

    init(_ policy: RegistrationPolicy) {
        guesses = FailureThrottle(policy.guessThrottle)
        changes = FailureThrottle(policy.changeThrottle)
    }

    /// Before any token is looked at (RFC 7592 §5: it is what keeps strangers out).
    func admit(_ caller: Caller, at now: NumericDate) throws(Rejection) {
        guard let wait = guesses.wait(for: AddressPrefix(caller.address), at: now) else { return }
        throw .throttled(nil, retryAfter: wait)
    }

    func recordWrongToken(from caller: Caller, at now: NumericDate) {
        guesses.recordFailure(of: AddressPrefix(caller.address), at: now)
    }

    /// One change by a client that proved to be itself. Each leaves an event, and may make this server ask another.
    func admitChange(of client: ClientID, from caller: Caller, at now: NumericDate) throws(Rejection) {
        let address = AddressPrefix(caller.address)
        let wait = max(changes.wait(for: client, at: now) ?? 0, changes.wait(for: address, at: now) ?? 0)
        guard wait == 0 else { throw .throttled(client, retryAfter: wait) }
        changes.recordFailure(of: client, at: now)
        changes.recordFailure(of: address, at: now)
    }
}
