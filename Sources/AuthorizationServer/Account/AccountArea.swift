import Authenticators
package import JOSE
import OAuth
package import Storage

/// What people see and change of their own account: values in, values out. Made for one request.
package struct AccountArea: Sendable {
    package let person: SignedInPerson
    let provider: OpenIDProvider
    let browser: Browser

    var store: any Store { provider.store }
    var user: User { person.user }

    /// The person's account as it was when the request began.
    package func profile() -> User { user }

    func event(_ action: String, detail: String = "", at now: NumericDate) -> AuditEvent {
        provider.personEvent(action, of: user.id, by: browser, detail: detail, at: now)
    }

    /// Asks for the password again, through the throttle that signing in goes through. `nil`: it is the right one.
    func refusal(of password: Secret, on page: String, at now: NumericDate) async throws -> AccountOutcome? {
        let verdict = try await provider.passwordCheck.check(
            user, typed: password.revealedValue, in: browser, at: now)
        switch verdict {
        case .right: return nil
        case .busy(let seconds): return .busy(retryAfter: seconds)
        case .throttled(let user, let seconds):
            provider.recordRefusedPassword(of: user, on: page, reason: "throttled", browser, at: now)
            return .throttled(retryAfter: seconds)
        case .wrong(let user, let reason):
            provider.recordRefusedPassword(of: user, on: page, reason: reason, browser, at: now)
            return .wrongPassword
        }
    }

    /// What a change of the person came to; what ended with it ends in memory before the answer.
    func outcome(of change: UserChange, at now: NumericDate) -> AccountOutcome {
        switch change {
        case .done(let ended):
            provider.revocations.apply(ended, at: now)
            return .done
        case .missing: return .gone
        case .conflict: return .conflict
        case .exists: return .taken
        }
    }
}

/// How a change on the account pages ended.
package enum AccountOutcome: Sendable {
    case done
    /// Done, and the browser's session has a new secret.
    case renewed(BrowserSecrets)
    case wrongPassword
    case throttled(retryAfter: Int64)
    /// Nothing was judged.
    case busy(retryAfter: Int64)
    case invalid([Problem])
    case unfit(UnfitPassword)
    /// Somebody else changed it meanwhile.
    case conflict
    /// The address belongs to somebody else.
    case taken
    /// Nothing was written: the person got as many links as are sent within an hour.
    case linkLimit
    /// Nothing was written: it takes a link, and this issuer sends no mail.
    case noMail
    /// There is nothing of that name (any more).
    case gone
}

extension OpenIDProvider {
    /// The account area of who is signed in at this browser; `nil` if nobody is.
    package func account(of browser: Browser, at now: NumericDate) async throws -> AccountArea? {
        try await session(of: browser, at: now).map { AccountArea(person: $0, provider: self, browser: browser) }
    }
}
