import JOSE
import OAuth
import Risk
import Storage
import Synchronization

/// The one place that slows down guessing of passwords, whichever page the guesses come through.
///
/// It counts failures per account, per account and address, per browser and per address. A browser in which the person
/// signed in before is counted apart and by itself, so that a stranger's guesses never slow the owner down, wherever they
/// come from. Attempts whose outcome is not known yet count as failures, so that a thousand at once get no further than a
/// thousand in a row.
final class SignInThrottle: Sendable {
    /// What an attempt is counted under.
    struct Keys: Sendable {
        let account: Account
        let address: AddressPrefix
        let browser: TokenHash?
        /// The account's owner signed in from this browser before.
        let isKnownBrowser: Bool

        /// The one bucket in which attempts on the account itself are counted.
        fileprivate var owner: OwnerKey {
            OwnerKey(account: account, browser: isKnownBrowser ? browser : nil)
        }
    }

    /// An account, or a name that belongs to none: both are slowed in the same way.
    enum Account: Hashable, Sendable {
        case subject(Subject)
        case name(LoginName)
    }

    fileprivate struct OwnerKey: Hashable {
        let account: Account
        let browser: TokenHash?
    }

    private struct Pair: Hashable {
        let account: Account
        let address: AddressPrefix
    }

    private let accounts: FailureThrottle
    private let pairs: FailureThrottle
    private let knownBrowsers: FailureThrottle
    private let browsers: FailureThrottle
    private let addresses: FailureThrottle
    /// Attempts under way; no more than the password hasher lets in.
    private let underWay = Mutex<[OwnerKey: Int64]>([:])
    /// Browsers in which somebody proved in another way to be the owner, the oldest first.
    private let trusted = Mutex<[OwnerKey]>([])

    static let trustedCapacity = 1024

    init(_ policy: PeoplePolicy) {
        accounts = FailureThrottle(policy.accountThrottle)
        pairs = FailureThrottle(policy.accountAddressThrottle)
        knownBrowsers = FailureThrottle(policy.knownBrowserThrottle)
        browsers = FailureThrottle(policy.browserThrottle)
        addresses = FailureThrottle(policy.addressThrottle)
    }

    /// Lets the owner sign in from this browser whatever strangers do: a link in their mail was used there.
    func trust(_ browser: TokenHash, of subject: Subject) {
        let key = OwnerKey(account: .subject(subject), browser: browser)
        trusted.withLock { trusted in
            trusted.removeAll { $0 == key }
            if trusted.count >= Self.trustedCapacity { trusted.removeFirst() }
            trusted.append(key)
        }
    }

    /// Takes back the trust in all browsers of a person but one.
    func distrust(_ subject: Subject, keeping browser: TokenHash?) {
        trusted.withLock { trusted in
            trusted.removeAll { $0.account == .subject(subject) && $0.browser != browser }
        }
    }

    func trusts(_ browser: TokenHash, of subject: Subject) -> Bool {
        trusted.withLock { $0.contains(OwnerKey(account: .subject(subject), browser: browser)) }
    }

    /// Lets an attempt begin, or says how many seconds it has to wait. Whoever begins one calls ``finish(_:failed:at:)``.
    func begin(_ keys: Keys, at now: NumericDate) -> Int64? {
        underWay.withLock { underWay in
            let pending = underWay[keys.owner] ?? 0
            let owner =
                keys.isKnownBrowser
                ? knownBrowsers.wait(for: keys.owner, pending: pending, at: now)
                : max(
                    accounts.wait(for: keys.account, pending: pending, at: now) ?? 0,
                    pairs.wait(for: Pair(account: keys.account, address: keys.address), at: now) ?? 0)
            // Strangers share the owner's address, but not a browser that the owner used before.
            let place =
                keys.isKnownBrowser
                ? 0
                : max(
                    keys.browser.flatMap { browsers.wait(for: $0, at: now) } ?? 0,
                    addresses.wait(for: keys.address, at: now) ?? 0)
            let wait = max(owner ?? 0, place)
            guard wait == 0 else { return wait }
            underWay[keys.owner] = pending + 1
            return nil
        }
    }

    /// The outcome of an attempt that had begun.
    func finish(_ keys: Keys, failed: Bool, at now: NumericDate) {
        underWay.withLock { underWay in
            if failed { count(keys, at: now) }
            let left = (underWay[keys.owner] ?? 1) - 1
            underWay[keys.owner] = left > 0 ? left : nil
        }
    }

    private func count(_ keys: Keys, at now: NumericDate) {
        if keys.isKnownBrowser {
            knownBrowsers.recordFailure(of: keys.owner, at: now)
        } else {
            accounts.recordFailure(of: keys.account, at: now)
            pairs.recordFailure(of: Pair(account: keys.account, address: keys.address), at: now)
            if let browser = keys.browser { browsers.recordFailure(of: browser, at: now) }
            addresses.recordFailure(of: keys.address, at: now)
        }
    }
}
