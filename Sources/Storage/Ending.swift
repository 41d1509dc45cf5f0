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
    /// One API key.
    case key(GrantID)
    /// All that people gave to a client.
    case client(ClientID)
    /// All that people gave at a resource.
    case resource(ResourceIndicator)
}

/// Why a session or an authorization ended; the first reason stays.
package enum EndReason: String, CaseIterable, Hashable, Sendable {
    case signedOut, signedOutEverywhere, passwordChanged, applicationEnded, accountDisabled, accountDeleted, lockdown
    case clientDisabled, clientDeleted, codeReplayed, refreshTokenReused, tokenRevoked, administrator, replaced
    case storeRestored, resourceDeleted, keyEnded, keyLeaked
}

extension EndReason {
    /// Whether a client is sent a logout token for one authorization that ends for this reason: not for what it ended
    /// itself, and not where a newer authorization takes the place of an old one.
    package var isToldForOneAuthorization: Bool {
        switch self {
        case .administrator, .codeReplayed, .refreshTokenReused, .storeRestored: true
        default: false
        }
    }
}

/// What ended with a target, for memory that is kept beside the store.
package struct Ended: Hashable, Sendable {
    package var sessions: [SessionID]
    /// Authorizations of people, and API keys.
    package var grants: [GrantID]
    /// Logout tokens that were queued with it.
    package var logouts: Int
    package init(sessions: [SessionID] = [], grants: [GrantID] = [], logouts: Int = 0) {
        self.sessions = sessions
        self.grants = grants
        self.logouts = logouts
    }
    package var isEmpty: Bool { sessions.isEmpty && grants.isEmpty }

    package mutating func add(_ other: Ended) {
        sessions += other.sessions
        grants += other.grants
        logouts += other.logouts
    }
}

/// One step of ending everything of everybody.
package struct EverythingEnded: Hashable, Sendable {
    package var ended: Ended
    /// Links in mails that would have worked.
    package var links: Int
    /// Addresses that waited for their proof.
    package var addresses: Int
    /// Nothing was left for another step.
    package var isComplete: Bool
    package init(_ ended: Ended = Ended(), links: Int = 0, addresses: Int = 0, isComplete: Bool = true) {
        self.ended = ended
        self.links = links
        self.addresses = addresses
        self.isComplete = isComplete
    }
    package var isEmpty: Bool { ended.isEmpty && links == 0 && addresses == 0 }
}

/// What is written together with a change: what happened, and whom it is told.
package struct Effects: Hashable, Sendable {
    package var events: [AuditEvent]
    package var mails: [MailItem]
    package var alarms: [AlarmItem]
    package init(_ events: [AuditEvent], mails: [MailItem] = [], alarms: [AlarmItem] = []) {
        self.events = events
        self.mails = mails
        self.alarms = alarms
    }
}

/// The one way in which sessions and authorizations end before their time.
package protocol EndingStore: Sendable {
    /// Ends `target` and all that hangs from it, in one transaction, and queues a logout token for each client that has
    /// a back-channel address and is named in the last column.
    ///
    /// | target | sessions | authorizations (with code, refresh family, access tokens) | consents | told |
    /// |---|---|---|---|---|
    /// | `session` | that one | those given in it without `offline_access` | – | who took part |
    /// | `grant` | – | that one | – | its client, see ``EndReason`` |
    /// | `application` | – | all of that person and client | that one, and waiting answers | the client, in each session |
    /// | `subject` | all but the kept | all but those given in the kept session | – | who took part |
    /// | `client` | – | all of that client | – | the client, in each session of anybody |
    /// | `resource` | – | all with anything given there | its part of each, and waiting answers | – |
    ///
    /// API keys: `key` ends that one, `resource` all with anything there. `subject` and `client` end those of that person or
    /// client for the reasons of ``EndReason/endsKeys`` only: signing out ends no program.
    ///
    /// Twice is the same as once: the second call returns an empty ``Ended`` and writes no event. A session counts as
    /// long as it has not ended before; that its time is over changes nothing. The end of a `subject` makes the
    /// person's version grow each time: no change of the account that was judged before it is written after it.
    func end(
        _ target: EndTarget, because reason: EndReason, at now: NumericDate, with effects: Effects
    ) async throws -> Ended
    /// Ends at most `limit` sessions, authorizations, API keys and links in mails of anybody that are no younger than `moment`,
    /// in one transaction, with what ``EndTarget/session(_:)`` tells to whom. `record` says what is written with it,
    /// unless there was nothing left. Meant to be called until ``EverythingEnded/isComplete``: what begins meanwhile
    /// stays.
    ///
    /// API keys of people and clients that were made no later go too. An authorization is as old as the sign-in that it
    /// came from. Whoever loses something also loses the address that
    /// waits for its proof, and their version grows, so that nothing that was judged before is written after; within
    /// the same limit addresses go to which no link was sent after `moment`, of anybody.
    func endEverything(
        upTo moment: NumericDate, limit: Int, because reason: EndReason, at now: NumericDate,
        recording record: @escaping @Sendable (EverythingEnded) -> AuditEvent
    ) async throws -> EverythingEnded
    /// Authorizations and API keys that ended later than `moment`, each with the moment from which nobody needs to remember it:
    /// `longestAccessTokenLifetime` seconds after its end.
    func endedGrants(since moment: NumericDate, forgettingAfter lifetime: Int64) async throws -> [GrantID: NumericDate]
}
