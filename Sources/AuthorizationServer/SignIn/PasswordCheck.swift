import Authenticators
import JOSE
import OAuth
import Risk
import Storage

/// Judges passwords, for every page that asks for one: the same throttle, the same work, the same time.
///
/// Each check reads the same rows and takes one turn of the hasher, in which every refusal does the same work, whether
/// the name is unknown, the password wrong or empty, the account disabled, locked or imported, or guessed at too often
/// under another name, so that neither answer nor time tells which it was.
struct PasswordCheck: Sendable {
    let store: any Store
    let hasher: PasswordHasher
    let throttle: SignInThrottle

    enum Verdict: Sendable {
        case right(User, StoredPassword)
        /// For the audit log only.
        case wrong(User?, reason: String)
        case throttled(User?, retryAfter: Int64)
        /// The hasher is busy: nothing was judged.
        case busy(retryAfter: Int64)
    }

    /// Stands in where there is nobody, so that the same rows are looked for.
    private static let nobody = Subject(unchecked: "-")
    private static let noBrowser = TokenHash(of: Secret(""))

    /// Whether `typed` is the password of who signs in as `login`.
    func check(login: String, typed: String, in browser: Browser, at now: NumericDate) async throws -> Verdict {
        // Before any work is done for it: a flood that is turned away costs others as little as it can.
        guard !hasher.queue.isFull else { return .busy(retryAfter: hasher.returnTimes.next(at: now)) }
        let name = LoginName(login) ?? LoginName(canonical: "")
        let user = try await store.user(signingInAs: name)
        return try await judge(user, named: name, typed: typed, in: browser, at: now)
    }

    /// Whether `typed` is the password of a person who is signed in. Their own account is no secret to them, so they
    /// are told when it has had too many guesses.
    func check(_ user: User, typed: String, in browser: Browser, at now: NumericDate) async throws -> Verdict {
        try await judge(user, named: nil, typed: typed, in: browser, at: now)
    }

    private func judge(
        _ user: User?, named name: LoginName?, typed: String, in browser: Browser, at now: NumericDate
    ) async throws -> Verdict {
        let subject = user?.id ?? Self.nobody
        let stored = try await store.password(of: subject)
        let device = browser.hash ?? Self.noBrowser
        let isRemembered = try await store.isKnown(device, to: subject)
        let isKnown = throttle.trusts(device, of: subject) || isRemembered
        let keys = SignInThrottle.Keys(
            subject: subject, typed: name, address: AddressPrefix(browser.caller.address),
            browser: browser.hash, isKnownBrowser: isKnown && browser.hash != nil)
        let admission = throttle.begin(keys, at: now)
        if case .wait(let seconds) = admission { return .throttled(user, retryAfter: seconds) }
        let isJudged = admission == .judged
        let matches: Bool
        do { matches = try await isMatch(typed, isJudged ? stored : nil, of: user) } catch {
            throttle.finish(keys, isJudged: isJudged, failed: false, at: now)
            return .busy(retryAfter: hasher.returnTimes.next(at: now))
        }
        guard matches, isJudged, let user, let stored, user.mayAct else {
            throttle.finish(keys, isJudged: isJudged, failed: true, at: now)
            return .wrong(user, reason: Self.reason(user, stored, isJudged: isJudged, matches: matches))
        }
        throttle.finish(keys, isJudged: true, failed: false, at: now)
        return .right(user, stored)
    }

    /// One turn of the hasher, whatever there is to compare with.
    private func isMatch(
        _ typed: String, _ stored: StoredPassword?, of user: User?
    ) async throws(PasswordHasherError) -> Bool {
        let password = try? Password(typed)
        guard let password, let stored, let hash = try? PasswordHash(stored.encoded) else {
            try await hasher.verifyNothing(password)
            return false
        }
        return try await hasher.verify(password, against: hash, mayPass: user?.mayAct ?? false)
    }

    private static func reason(_ user: User?, _ stored: StoredPassword?, isJudged: Bool, matches: Bool) -> String {
        guard let user else { return "account_unknown" }
        guard isJudged else { return "throttled" }
        guard stored != nil else { return "password_unset" }
        guard matches else { return "password_wrong" }
        return user.lockedDownAt == nil ? "account_disabled" : "account_locked"
    }
}
