package import JOSE
import OAuth
package import Storage

/// A person at a browser, with the session that says so.
package struct SignedInPerson: Hashable, Sendable {
    package let session: Session
    package let user: User
}

extension OpenIDProvider {
    /// Who is signed in at this browser: a session that has not ended, is not too old and was used not too long ago, of a
    /// person who may act.
    package func session(of browser: Browser, at now: NumericDate) async throws -> SignedInPerson? {
        guard let secret = browser.session, let session = try await store.session(TokenHash(of: secret), at: now),
            !isIdle(session, at: now), let user = try await store.user(session.subject), user.mayAct
        else { return nil }
        if policy.people.isUseToBeNoted(since: session.lastSeenAt, at: now) {
            // A busy store costs the note, not the page: the next request writes it.
            try? await store.touch(session.id, at: now)
        }
        return SignedInPerson(session: session, user: user)
    }

    func isIdle(_ session: Session, at now: NumericDate) -> Bool {
        policy.people.isIdle(since: session.lastSeenAt, at: now)
    }

    /// From here on no browser but `browser` is taken for the person's own, whether it was remembered or proved by mail.
    func forgetBrowsers(of subject: Subject, keeping browser: TokenHash?) async throws {
        signInThrottle.distrust(subject, keeping: browser)
        try await store.forgetBrowsers(of: subject, keeping: browser)
    }

    /// Ends the browser's session with all that hangs from it; nothing if there is none.
    package func signOut(_ browser: Browser, at now: NumericDate) async throws {
        guard let secret = browser.session, let session = try await store.session(TokenHash(of: secret), at: now) else {
            return
        }
        let event = personEvent("session.signed_out", of: session.subject, by: browser, at: now)
        try await end(.session(session.id), because: .signedOut, with: Effects([event]), at: now)
    }

    /// Ends all sessions of a person and all that they gave, and tells them by mail.
    package func signOutEverywhere(_ person: SignedInPerson, browser: Browser, at now: NumericDate) async throws {
        let event = personEvent("account.signed_out_everywhere", of: person.user.id, by: browser, at: now)
        let mails = try notices(.signedOutEverywhere(.init(browser, at: now)), to: person.user, at: now)
        try await end(
            .subject(person.user.id, keeping: nil), because: .signedOutEverywhere,
            with: Effects([event], mails: mails), at: now)
    }

    /// The one way in which the engine ends things: in the store, then in memory, then the answer.
    @discardableResult
    func end(
        _ target: EndTarget, because reason: EndReason, with effects: Effects, at now: NumericDate
    ) async throws -> Ended {
        let ended = try await store.end(target, because: reason, at: now, with: effects)
        revocations.apply(ended, at: now)
        return ended
    }
}

extension PeoplePolicy {
    /// Whether a session that was used last at `seen` does not stand any more.
    func isIdle(since seen: NumericDate, at now: NumericDate) -> Bool { now - seen >= .seconds(sessionIdleLifetime) }

    /// Whether the note of a session's last use is so old that a use of it is noted again.
    func isUseToBeNoted(since seen: NumericDate, at now: NumericDate) -> Bool {
        now - seen >= .seconds(sessionTouchInterval)
    }
}
