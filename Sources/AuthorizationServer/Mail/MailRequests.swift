import JOSE
import OAuth
import Risk
import Storage
import Synchronization

/// What strangers ask to be mailed, until a worker sees to it off the request path.
///
/// Whoever asks is answered before anybody looks whether the account exists, so neither the answer nor its time tells.
final class MailRequests: Sendable {
    enum Request: Sendable {
        case reset(LoginName)
        case register(LoginName)
    }

    struct Entry: Sendable {
        let request: Request
        let browser: Browser
    }

    /// What does not fit is dropped: people ask again.
    static let capacity = 1024

    private let throttle: FailureThrottle
    private let waiting = Mutex<[Entry]>([])

    init(_ policy: ThrottlePolicy) { throttle = FailureThrottle(policy) }

    /// Takes a request, or drops it without a word if its sender asks too often.
    func add(_ request: Request, from browser: Browser, at now: NumericDate) {
        let address = AddressPrefix(browser.caller.address)
        guard throttle.wait(for: address, at: now) == nil else { return }
        throttle.recordFailure(of: address, at: now)
        waiting.withLock { waiting in
            if waiting.count < Self.capacity { waiting.append(Entry(request: request, browser: browser)) }
        }
    }

    func take() -> [Entry] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
