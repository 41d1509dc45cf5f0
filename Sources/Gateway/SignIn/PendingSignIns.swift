import JOSE
import OAuth
import OAuthClient
import Risk
import Synchronization

/// The sign-ins that browsers are on their way through, by the `state` that they come back with.
package final class PendingSignIns: Sendable {
    struct Pending: Sendable {
        let origin: SignInOrigin
        /// The cookie of the browser that it belongs to.
        let browser: SecretDigest
        let target: ReturnTarget
        let request: PendingSignIn
        let startedAt: NumericDate
    }

    private let lifetime: Duration
    private let memory: Mutex<BoundedMemory<SecretDigest, String, Pending>>

    init(_ policy: SignInPolicy) {
        lifetime = policy.pendingLifetime
        memory = Mutex(BoundedMemory(capacity: policy.pending, share: policy.pendingPerAddress))
    }

    package var count: Int { memory.withLock { $0.count } }

    /// - Parameter address: of the browser: a stranger who begins many makes only their own forgotten.
    func keep(_ pending: Pending, from address: String) {
        memory.withLock { memory in
            memory.removeOldest { isOver($0, at: pending.startedAt) }
            _ = memory.insert(
                pending, as: SecretDigest(pending.request.state), of: AddressPrefix(address).text)
        }
    }

    /// The sign-in of a `state`, once; for any other browser or origin it stays where it is.
    func take(_ state: Secret, browser: Secret, at origin: SignInOrigin, _ now: NumericDate) -> Pending? {
        let key = SecretDigest(state)
        return memory.withLock { memory in
            guard let pending = memory[key], pending.browser == SecretDigest(browser), pending.origin == origin,
                let taken = memory.remove(key), !isOver(taken, at: now)
            else { return nil }
            return taken
        }
    }

    private func isOver(_ pending: Pending, at now: NumericDate) -> Bool { now >= pending.startedAt + lifetime }
}
