package import JOSE
package import OAuth

/// A person's sign-in at this issuer, from which single sign-on comes.
package struct Session: Hashable, Sendable {
    /// What one person may have at once, unless an operator says otherwise.
    package static let usualLimit = 100
    /// Sessions that make room for one sign-in, at most: however many there are, it takes no longer.
    package static let endedAtOnce = 100

    /// Not a secret: the account page names it in forms; what each client sees as `sid` is derived from it.
    package let id: SessionID
    /// Of the secret in the cookie.
    package let hash: TokenHash
    package let subject: Subject
    /// When the person last proved who they are; the `auth_time` of ID tokens.
    package let authenticatedAt: NumericDate
    /// How, in the words of RFC 8176: `pwd`, `otp`, ….
    package let methods: [String]
    package let createdAt: NumericDate
    package var lastSeenAt: NumericDate
    /// The first second at which the session is over, used or not.
    package let expiresAt: NumericDate
    /// Where the sign-in came from, for the person's own eyes.
    package let address: String
    package let userAgent: String

    package init(
        id: SessionID, hash: TokenHash, subject: Subject, authenticatedAt: NumericDate, methods: [String],
        createdAt: NumericDate, lastSeenAt: NumericDate? = nil, expiresAt: NumericDate, address: String = "",
        userAgent: String = ""
    ) {
        self.id = id
        self.hash = hash
        self.subject = subject
        self.authenticatedAt = authenticatedAt
        self.methods = methods
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt ?? createdAt
        self.expiresAt = expiresAt
        self.address = address
        self.userAgent = userAgent
    }
}

/// Sign-in sessions. They end through ``EndingStore`` only.
package protocol SessionStore: Sendable {
    /// Stores a session and, in the same transaction, ends `old`. What the person gave in `old` goes on in the new
    /// session: signing in again renews the secret. `session.id` may be `old` itself, so that clients keep the `sid`
    /// they know.
    ///
    /// An `old` of somebody else, or one that had reached its `expiresAt`, ends as by ``EndTarget/session(_:)``:
    /// nothing of it is carried over. An `old` that has been idle for too long is the caller's to end before. `knowing`
    /// marks the browser as one that the person uses.
    ///
    /// Beyond `most` living sessions of the person, the new one among them, those end that were used longest ago, as by
    /// ``EndTarget/session(_:)`` and at most ``Session/endedAtOnce``: whoever signs in without end must not make lists
    /// without end.
    ///
    /// `nil`, and nothing written, if the user is missing or may not act any more; if `version` is named and the user
    /// has another by now (what the sign-in was judged by has changed: the password, say); or if `session.id` is taken
    /// by anything but a live `old` of the same person. The moment is `session.createdAt`.
    @discardableResult
    func insert(
        _ session: Session, replacing old: SessionID?, knowing browser: KnownBrowser?, asOf version: Int64?,
        keeping most: Int, with effects: Effects
    ) async throws -> Ended?
    /// A session that has not ended and not reached `expiresAt`. Idle time is the caller's to judge.
    func session(_ hash: TokenHash, at now: NumericDate) async throws -> Session?
    func session(_ id: SessionID, at now: NumericDate) async throws -> Session?
    /// Live sessions, newest first.
    func sessions(of subject: Subject, at now: NumericDate) async throws -> [Session]
    /// Moves `lastSeenAt` forward, never back.
    func touch(_ id: SessionID, at now: NumericDate) async throws
}

extension SessionStore {
    /// The same with room for the usual number.
    @discardableResult
    package func insert(
        _ session: Session, replacing old: SessionID?, knowing browser: KnownBrowser?, asOf version: Int64?,
        with effects: Effects
    ) async throws -> Ended? {
        try await insert(
            session, replacing: old, knowing: browser, asOf: version, keeping: Session.usualLimit, with: effects)
    }

    /// The same, whatever has changed about the user since the sign-in was judged.
    @discardableResult
    package func insert(
        _ session: Session, replacing old: SessionID?, knowing browser: KnownBrowser?, with effects: Effects
    ) async throws -> Ended? {
        try await insert(session, replacing: old, knowing: browser, asOf: nil, with: effects)
    }
}

/// A browser from which a person signed in before: a stranger's guesses never slow it down.
package struct KnownBrowser: Hashable, Sendable {
    package static let maximumPerSubject = 20

    package let subject: Subject
    /// Of the secret in the browser's cookie.
    package let hash: TokenHash
    package let lastSeenAt: NumericDate
    package init(subject: Subject, hash: TokenHash, lastSeenAt: NumericDate) {
        self.subject = subject
        self.hash = hash
        self.lastSeenAt = lastSeenAt
    }
}

/// Which browsers a person signed in from. At most ``KnownBrowser/maximumPerSubject``; the oldest goes first.
package protocol KnownBrowserStore: Sendable {
    func isKnown(_ browser: TokenHash, to subject: Subject) async throws -> Bool
    /// The one that was seen last comes first.
    func browsers(of subject: Subject) async throws -> [KnownBrowser]
    /// Forgets all but one.
    func forgetBrowsers(of subject: Subject, keeping browser: TokenHash?) async throws
}
