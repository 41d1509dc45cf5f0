package import JOSE
package import OAuth

/// A mail that waits to be sent.
package struct MailItem: Hashable, Sendable {
    /// Random; also the local part of its Message-ID, so that a mail sent twice is seen to be one.
    package let id: String
    /// Recipient, subject and text, sealed for `mail.item.<id>`: they may hold a link that opens an account.
    package let sealed: [UInt8]
    package let nextAttemptAt: NumericDate
    package let expiresAt: NumericDate
    package let attempts: Int
    package init(
        id: String, sealed: [UInt8], nextAttemptAt: NumericDate, expiresAt: NumericDate, attempts: Int = 0
    ) {
        self.id = id
        self.sealed = sealed
        self.nextAttemptAt = nextAttemptAt
        self.expiresAt = expiresAt
        self.attempts = attempts
    }
}

/// An alarm that waits to be told at the operator's address.
package struct AlarmItem: Hashable, Sendable {
    /// Seconds for which delivery is tried.
    package static let lifetime: Int64 = 86_400

    /// Random; the same at each attempt, so that an alarm told twice is seen to be one.
    package let id: String
    /// What happened, as a JSON object without secrets.
    package let claims: String
    package let nextAttemptAt: NumericDate
    package let expiresAt: NumericDate
    package let attempts: Int
    package init(
        id: String, claims: String, nextAttemptAt: NumericDate, expiresAt: NumericDate, attempts: Int = 0
    ) {
        self.id = id
        self.claims = claims
        self.nextAttemptAt = nextAttemptAt
        self.expiresAt = expiresAt
        self.attempts = attempts
    }
}

/// A logout token that a client is to get (OpenID Back-Channel Logout §2.5).
package struct LogoutDelivery: Hashable, Sendable {
    /// Seconds for which delivery is tried: whoever was away longer has no session of that day any more.
    package static let lifetime: Int64 = 86_400

    /// Assigned by the store, growing.
    package let id: Int64
    package let client: ClientID
    package let subject: Subject
    package let session: SessionID
    package let nextAttemptAt: NumericDate
    package let expiresAt: NumericDate
    package let attempts: Int
    /// The registration as it was when the client was changed, disabled or deleted; `nil`: what is registered counts.
    package let relyingParty: RelyingParty?
    package init(
        id: Int64, client: ClientID, subject: Subject, session: SessionID, nextAttemptAt: NumericDate,
        expiresAt: NumericDate, attempts: Int, relyingParty: RelyingParty? = nil
    ) {
        self.id = id
        self.client = client
        self.subject = subject
        self.session = session
        self.nextAttemptAt = nextAttemptAt
        self.expiresAt = expiresAt
        self.attempts = attempts
        self.relyingParty = relyingParty
    }
}

/// What is to be delivered off the request path, kept until it was or its time is over.
package protocol Outbox: Sendable {
    /// Writes what goes along with no change.
    func record(_ effects: Effects) async throws
    /// The next attempt is due and the time is not over; the longest due first.
    func dueMails(at now: NumericDate, limit: Int) async throws -> [MailItem]
    func dueAlarms(at now: NumericDate, limit: Int) async throws -> [AlarmItem]
    /// At most `perClient` of each client, its longest due first; the first of each stand before the second of any, so
    /// that no client waits for what is due to another.
    func dueLogouts(at now: NumericDate, limit: Int, perClient: Int) async throws -> [LogoutDelivery]
    /// Delivered, or given up; `event` says which when somebody should know.
    func finishMail(_ id: String, recording event: AuditEvent?) async throws
    func finishAlarm(_ id: String, recording event: AuditEvent?) async throws
    func finishLogout(_ id: Int64, recording event: AuditEvent?) async throws
    /// Counts an attempt and waits for the next.
    func postponeMail(_ id: String, until next: NumericDate) async throws
    func postponeAlarm(_ id: String, until next: NumericDate) async throws
    func postponeLogout(_ id: Int64, until next: NumericDate) async throws
    /// Waiting mails and logouts, for metrics.
    func outboxCounts() async throws -> (mails: Int, logouts: Int)
}
