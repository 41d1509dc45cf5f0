package import JOSE
package import OAuth

/// What is to end. The one table of what each of them takes along is ``EndingStore/end(_:because:at:with:)``.
package enum EndTarget: Hashable, Sendable {
    /// One sign-in session.
    case session(SessionID)
    /// What one authorization gave.
    case grant(GrantID)
    /// All that one person gave to one client.
    case application(Subject, ClientID)
    /// All of a person, but one session and what hangs from it.
    case subject(Subject, keeping: SessionID?)
    /// All that people gave to a client.
    case client(ClientID)
    /// All that people gave at a resource.
    case resource(ResourceIndicator)
}

/// Why a session or an authorization ended; the first reason stays.
package enum EndReason: String, CaseIterable, Hashable, Sendable {
    case signedOut, signedOutEverywhere, passwordChanged, applicationEnded, accountDisabled, accountDeleted, lockdown
    case clientDisabled, clientDeleted, codeReplayed, refreshTokenReused, tokenRevoked, administrator, replaced
    case storeRestored, resourceDeleted
}

/// What ended with a target, for memory that is kept beside the store.
package struct Ended: Hashable, Sendable {
    package var sessions: [SessionID]
    package var grants: [GrantID]
    /// Logout tokens that were queued with it.
    package var logouts: Int
    package init(sessions: [SessionID] = [], grants: [GrantID] = [], logouts: Int = 0) {
        self.sessions = sessions
        self.grants = grants
        self.logouts = logouts
    }
    package var isEmpty: Bool { sessions.isEmpty && grants.isEmpty }
}

/// What is written together with a change: what happened, and whom it is told.
package struct Effects: Hashable, Sendable {
    package var events: [AuditEvent]
    package var mails: [MailItem]
    package init(_ events: [AuditEvent], mails: [MailItem] = []) {
        self.events = events
        self.mails = mails
    }
}

/// The one way in which sessions and authorizations end before their time.
package protocol EndingStore: Sendable {
    /// Ends `target` and all that hangs from it, in one transaction, and queues a logout token for each client that has
    /// a back-channel address and took part in a session that ends.
    ///
    /// | target | sessions | authorizations (with their codes, refresh families and access tokens) | consents |
    /// |---|---|---|---|
    /// | `session` | that one | those given in it without `offline_access` | – |
    /// | `grant` | – | that one | – |
    /// | `application` | – | all of that person and client | that one, and what waits with the person's answer |
    /// | `subject` | all but the kept | all but those given in the kept session | – |
    /// | `client` | – | all of that client | – |
    /// | `resource` | – | all with anything given there | its part of each, and answers that wait and give anything there |
    ///
    /// Twice is the same as once: the second call returns an empty ``Ended`` and writes no event. A session counts as
    /// long as it has not ended before; that its time is over changes nothing.
    func end(
        _ target: EndTarget, because reason: EndReason, at now: NumericDate, with effects: Effects
    ) async throws -> Ended
    /// Authorizations that ended later than `moment`, each with the moment from which nobody needs to remember it:
    /// `longestAccessTokenLifetime` seconds after its end.
    func endedGrants(since moment: NumericDate, forgettingAfter lifetime: Int64) async throws -> [GrantID: NumericDate]
}
