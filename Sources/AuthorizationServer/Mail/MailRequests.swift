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
        let askedAt: NumericDate
    }

    /// What does not fit is dropped: people ask again.
    static let capacity = 1024
    /// Seconds for which what could not be seen to is tried again. Whoever waited longer has asked again, or no more.
    static let patience: Int64 = 900

    private let throttle: FailureThrottle
    private let waiting = Mutex<[Entry]>([])

    init(_ policy: ThrottlePolicy) { throttle = FailureThrottle(policy) }

    /// Takes a request, or drops it without a word if its sender asks too often.
    func add(_ request: Request, from browser: Browser, at now: NumericDate) {
        let address = AddressPrefix(browser.caller.address)
        guard throttle.wait(for: address, at: now) == nil else { return }
        throttle.recordFailure(of: address, at: now)
        waiting.withLock { waiting in
            guard waiting.count < Self.capacity else { return }
            waiting.append(Entry(request: request, browser: browser, askedAt: now))
        }
    }

    func take() -> [Entry] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }

    /// Keeps for the next run what this one did not get to, and behind all else what failed, so that an entry that always
    /// fails holds up no other.
    func putBack(_ untried: ArraySlice<Entry>, failed: Entry, at now: NumericDate) {
        waiting.withLock { waiting in
            let kept = (Array(untried) + waiting + [failed]).filter { now - $0.askedAt < .seconds(Self.patience) }
            waiting = Array(kept.prefix(Self.capacity))
        }
    }
}
