import Authenticators
package import JOSE
package import OAuth
package import Storage

/// What a person typed on the sign-in page.
package struct SignInAttempt: Sendable {
    package let login: String
    package let password: Secret
    /// Of the authorization request that waits for this sign-in, if one does.
    package let handle: Secret?
    package init(login: String, password: Secret, handle: Secret? = nil) {
        self.login = login
        self.password = password
        self.handle = handle
    }
}

/// How a sign-in ended. The page is the same for every ``refused``.
package enum SignInOutcome: Sendable {
    case signedIn(BrowserSecrets, Session)
    case refused
    case throttled(retryAfter: Int64)
    /// Nothing was judged.
    case busy(retryAfter: Int64)
}

/// What the browser's two cookies hold from now on.
package struct BrowserSecrets: Sendable {
    package let session: Secret
    package let browser: Secret
}

extension OpenIDProvider {
    var passwordCheck: PasswordCheck {
        PasswordCheck(store: store, hasher: passwords, throttle: signInThrottle)
    }

    /// Signs a person in with a password. Each success makes a new session secret and knows the browser from then on.
    package func signIn(
        _ attempt: SignInAttempt, browser: Browser, at now: NumericDate
    ) async throws -> SignInOutcome {
        let verdict = try await passwordCheck.check(
            login: attempt.login, typed: attempt.password.revealedValue, in: browser, at: now)
        switch verdict {
        case .busy(let seconds): return .busy(retryAfter: seconds)
        case .throttled(let user, let seconds):
            recordRefusedPassword(of: user, on: "sign_in", reason: "throttled", browser, at: now)
            return .throttled(retryAfter: seconds)
        case .wrong(let user, let reason):
            recordRefusedPassword(of: user, on: "sign_in", reason: reason, browser, at: now)
            return .refused
        case .right(let user, let stored):
            await upgrade(stored, of: user, typed: attempt.password, at: now)
            let event = personEvent("sign_in.succeeded", of: user.id, by: browser, detail: "pwd", at: now)
            guard
                let (secrets, session) = try await startSession(
                    of: user, methods: ["pwd"], in: browser, with: Effects([event]), at: now)
            else {
                // Something about the account changed while the password was judged.
                return .busy(retryAfter: 1)
            }
            try await note(session, for: attempt.handle, in: secrets.browser, at: now)
            return .signedIn(secrets, session)
        }
    }

    /// Stores a session with a new secret, in place of the one that the browser had. `nil` if the person may not act any
    /// more, or has changed since `user` was read.
    func startSession(
        of user: User, methods: [String], in browser: Browser, with effects: Effects, at now: NumericDate
    ) async throws -> (BrowserSecrets, Session)? {
        let old = try await sessionToReplace(in: browser, by: user.id, at: now)
        let secrets = BrowserSecrets(
            session: self.secrets.secret(.session), browser: browser.secret ?? self.secrets.secret(.browser))
        let isRenewal = old?.subject == user.id
        let session = Session(
            // Clients keep the `sid` that they know; the secret is new all the same.
            id: isRenewal ? old?.id ?? newSessionID : newSessionID, hash: TokenHash(of: secrets.session),
            subject: user.id, authenticatedAt: now, methods: methods, createdAt: now,
            expiresAt: now + .seconds(policy.people.sessionLifetime), address: browser.caller.address,
            userAgent: browser.userAgent)
        let known = KnownBrowser(subject: user.id, hash: TokenHash(of: secrets.browser), lastSeenAt: now)
        guard
            let ended = try await store.insert(
                session, replacing: old?.id, knowing: known, asOf: user.version,
                keeping: policy.people.sessionsPerPerson, with: effects)
        else { return nil }
        revocations.apply(ended, at: now)
        return (secrets, session)
    }

    private var newSessionID: SessionID { SessionID(unchecked: secrets.identifier()) }

    /// The browser's session, if it stands. One that was idle for too long ends with all that hangs from it.
    private func sessionToReplace(
        in browser: Browser, by subject: Subject, at now: NumericDate
    ) async throws -> Session? {
        guard let secret = browser.session, let old = try await store.session(TokenHash(of: secret), at: now) else {
            return nil
        }
        guard isIdle(old, at: now) else { return old }
        try await end(.session(old.id), because: .replaced, with: Effects([]), at: now)
        return nil
    }

    /// The request that waits learns of this very sign-in; one that another browser began does not.
    private func note(
        _ session: Session, for handle: Secret?, in browser: Secret, at now: NumericDate
    ) async throws {
        guard let handle else { return }
        let hash = TokenHash(of: handle)
        guard let pending = try await store.pendingAuthorization(hash, at: now),
            pending.browser == TokenHash(of: browser)
        else { return }
        _ = try await store.note(freshSession: session.id, for: hash, at: now)
    }

    /// Replaces a hash of other parameters, as nobody but the person can. A busy hasher leaves it for the next time.
    private func upgrade(_ stored: StoredPassword, of user: User, typed: Secret, at now: NumericDate) async {
        guard let hash = try? PasswordHash(stored.encoded), hash.needsUpgrade(to: passwords.settings.parameters),
            let password = try? Password(typed.revealedValue), let new = try? await passwords.hash(password)
        else { return }
        _ = try? await store.upgradePassword(
            of: user.id, from: stored,
            to: StoredPassword(encoded: new.encoded.revealedValue, changedAt: stored.changedAt))
    }

    /// A wrong password on any page, folded: a flood becomes one event with a count. What was typed is not kept, because
    /// people type passwords into the wrong field.
    func recordRefusedPassword(
        of user: User?, on page: String, reason: String, _ browser: Browser, at now: NumericDate
    ) {
        let decision = decisions.record(
            Refusal(
                of: page, reason: reason, client: nil, caller: browser.caller, at: now,
                evidence: user.map { Evidence("user \($0.id)") } ?? .none))
        refusals.record(
            AuditEvent(
                at: now, action: "\(page).refused", outcome: .refusal, actor: "anonymous",
                target: user.map { "user:\($0.id)" } ?? "", address: browser.caller.address,
                requestID: browser.caller.requestID, detail: reason, decision: decision.rawValue))
    }

    /// An event of the person's own doing.
    func personEvent(
        _ action: String, of subject: Subject, by browser: Browser, detail: String = "", at now: NumericDate
    ) -> AuditEvent {
        AuditEvent(
            at: now, action: action, actor: "user:\(subject)", target: "user:\(subject)",
            address: browser.caller.address, requestID: browser.caller.requestID, detail: detail)
    }
}
