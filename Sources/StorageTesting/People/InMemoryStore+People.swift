import JOSE
import OAuth
import Storage

extension InMemoryStore {
    /// Everything that is remembered about people.
    struct People {
        var users: [Subject: User] = [:]
        var passwords: [Subject: StoredPassword] = [:]
        var sessions: [SessionID: SessionEntry] = [:]
        /// Who took part in a session, for as long as the session is remembered.
        var participants: [SessionID: Set<ClientID>] = [:]
        var browsers: [KnownBrowser] = []
        var authorizations: [GrantID: AuthorizationEntry] = [:]
        var codes: [TokenHash: CodeEntry] = [:]
        var families: [GrantID: RefreshFamily] = [:]
        var consents: [ConsentKey: Consent] = [:]
        var pending: [TokenHash: PendingAuthorization] = [:]
        var links: [TokenHash: LinkEntry] = [:]
        var mails: [String: MailItem] = [:]
        var alarms: [String: AlarmItem] = [:]
        var logouts: [Int64: LogoutDelivery] = [:]
        var lastLogoutID: Int64 = 0
    }

    typealias End = (at: NumericDate, reason: EndReason)

    struct SessionEntry {
        var session: Session
        var end: End?
    }

    struct AuthorizationEntry {
        var authorization: Authorization
        var end: End?
    }

    struct CodeEntry {
        let code: AuthorizationCode
        var isSpent = false
    }

    struct LinkEntry {
        let link: MailLink
        /// Spent, replaced, or useless since a password was set.
        var isVoid = false
    }

    struct ConsentKey: Hashable {
        let subject: Subject
        let client: ClientID
    }
}

extension InMemoryStore.Contents {
    func mayAct(_ subject: Subject) -> Bool { people.users[subject]?.mayAct ?? false }

    /// A session that has not ended and whose time is not over.
    func liveSession(_ id: SessionID, at now: NumericDate) -> Session? {
        guard let entry = people.sessions[id], entry.end == nil, now < entry.session.expiresAt else { return nil }
        return entry.session
    }

    func isAlive(_ entry: InMemoryStore.AuthorizationEntry, at now: NumericDate) -> Bool {
        entry.end == nil && now < entry.authorization.expiresAt
    }

    func sessionStands(for authorization: Authorization, at now: NumericDate) -> Bool {
        authorization.isOffline || liveSession(authorization.session, at: now) != nil
    }

    /// Writes what goes along with a change.
    mutating func record(_ effects: Effects) {
        for event in effects.events { append(event) }
        for mail in effects.mails { people.mails[mail.id] = mail }
        for alarm in effects.alarms { people.alarms[alarm.id] = alarm }
    }
}
