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
///
/// An account has two names, its user name and its address, and one allowance of guesses. Whoever has to wait is told
/// so by the count of the name that they typed, whether it is anybody's or not; where only the account's own count is
/// used up, the attempt seems to go on. Otherwise guesses under one name would tell whose the other one is.
final class SignInThrottle: Sendable {
    /// What an attempt is counted under.
    struct Keys: Sendable {
        /// Whose account it is; nobody's is one like any other.
        let subject: Subject
        /// The name that was typed for it; `nil` if it is the account of whoever is signed in.
        let typed: LoginName?
        let address: AddressPrefix
        let browser: TokenHash?
        /// The account's owner signed in from this browser before.
        let isKnownBrowser: Bool

        /// What the caller may know to be counted together.
        fileprivate var shown: Account { typed.map { .name($0) } ?? .subject(subject) }

        /// The buckets in which attempts on the account itself are counted, the one that is shown first.
        ///
        /// - Parameter isJudged: only what was judged is a guess at the account's password.
        fileprivate func owners(isJudged: Bool) -> [OwnerKey] {
            guard !isKnownBrowser else { return [OwnerKey(account: .subject(subject), browser: browser)] }
            let accounts = typed == nil || !isJudged ? [shown] : [shown, .subject(subject)]
            return accounts.map { OwnerKey(account: $0, browser: nil) }
        }
    }

    /// How an attempt goes on.
    enum Admission: Hashable, Sendable {
        case judged
        /// It does the work of one that is judged, and is refused: the account has had as many guesses as it may.
        case pretended
        /// Nothing is done for it for so many seconds.
        case wait(Int64)
    }

    /// An account, or a name that somebody typed: both are slowed in the same way.
    fileprivate enum Account: Hashable {
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

    /// Lets an attempt begin, or says how long it has to wait. Whoever begins one calls
    /// ``finish(_:isJudged:failed:at:)``.
    func begin(_ keys: Keys, at now: NumericDate) -> Admission {
        underWay.withLock { underWay in
            let waits = keys.owners(isJudged: true).map {
                wait(for: $0, keys, pending: underWay[$0] ?? 0, at: now)
            }
            // Strangers share the owner's address, but not a browser that the owner used before.
            let place =
                keys.isKnownBrowser
                ? 0
                : max(
                    keys.browser.flatMap { browsers.wait(for: $0, at: now) } ?? 0,
                    addresses.wait(for: keys.address, at: now) ?? 0)
            let shown = max(waits.first ?? 0, place)
            guard shown == 0 else { return .wait(shown) }
            let isJudged = waits.allSatisfy { $0 == 0 }
            for owner in keys.owners(isJudged: isJudged) { underWay[owner, default: 0] += 1 }
            return isJudged ? .judged : .pretended
        }
    }

    private func wait(for owner: OwnerKey, _ keys: Keys, pending: Int64, at now: NumericDate) -> Int64 {
        guard !keys.isKnownBrowser else { return knownBrowsers.wait(for: owner, pending: pending, at: now) ?? 0 }
        return max(
            accounts.wait(for: owner.account, pending: pending, at: now) ?? 0,
            pairs.wait(for: Pair(account: owner.account, address: keys.address), at: now) ?? 0)
    }

    /// The outcome of an attempt that had begun.
    func finish(_ keys: Keys, isJudged: Bool, failed: Bool, at now: NumericDate) {
        let owners = keys.owners(isJudged: isJudged)
        underWay.withLock { underWay in
            if failed { count(keys, owners, at: now) }
            for owner in owners {
                let left = (underWay[owner] ?? 1) - 1
                underWay[owner] = left > 0 ? left : nil
            }
        }
    }

    private func count(_ keys: Keys, _ owners: [OwnerKey], at now: NumericDate) {
        guard !keys.isKnownBrowser else {
            for owner in owners { knownBrowsers.recordFailure(of: owner, at: now) }
            return
        }
        for owner in owners {
            accounts.recordFailure(of: owner.account, at: now)
            pairs.recordFailure(of: Pair(account: owner.account, address: keys.address), at: now)
        }
        if let browser = keys.browser { browsers.recordFailure(of: browser, at: now) }
        addresses.recordFailure(of: keys.address, at: now)
    }
}
