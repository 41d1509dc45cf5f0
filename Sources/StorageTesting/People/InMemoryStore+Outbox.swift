package import JOSE
import OAuth
package import Storage

extension InMemoryStore: Outbox {
    package func record(_ effects: Effects) throws { try write { $0.record(effects) } }

    package func dueAlarms(at now: NumericDate, limit: Int) throws -> [AlarmItem] {
        try read { contents in
            let due = contents.people.alarms.values.filter { $0.nextAttemptAt <= now && now < $0.expiresAt }
            return Array(due.sorted { ($0.nextAttemptAt, $0.id) < ($1.nextAttemptAt, $1.id) }.prefix(max(0, limit)))
        }
    }

    package func finishAlarm(_ id: String, recording event: AuditEvent?) throws {
        try write { contents in
            guard contents.people.alarms.removeValue(forKey: id) != nil, let event else { return }
            contents.append(event)
        }
    }

    package func postponeAlarm(_ id: String, until next: NumericDate) throws {
        try write { contents in
            guard let alarm = contents.people.alarms[id] else { return }
            contents.people.alarms[id] = AlarmItem(
                id: id, claims: alarm.claims, nextAttemptAt: next, expiresAt: alarm.expiresAt,
                attempts: alarm.attempts + 1)
        }
    }

    package func dueMails(at now: NumericDate, limit: Int) throws -> [MailItem] {
        try read { contents in
            let due = contents.people.mails.values.filter { $0.nextAttemptAt <= now && now < $0.expiresAt }
            return Array(due.sorted { ($0.nextAttemptAt, $0.id) < ($1.nextAttemptAt, $1.id) }.prefix(max(0, limit)))
        }
    }

    package func dueLogouts(at now: NumericDate, limit: Int, perClient: Int) throws -> [LogoutDelivery] {
        try read { contents in
            let due = contents.people.logouts.values.filter { $0.nextAttemptAt <= now && now < $0.expiresAt }
            var turns: [ClientID: Int] = [:]
            var inTurn: [(turn: Int, logout: LogoutDelivery)] = []
            for logout in due.sorted(by: { ($0.nextAttemptAt, $0.id) < ($1.nextAttemptAt, $1.id) }) {
                let turn = turns[logout.client, default: 0]
                turns[logout.client] = turn + 1
                if turn < perClient { inTurn.append((turn, logout)) }
            }
            inTurn.sort {
                ($0.turn, $0.logout.nextAttemptAt, $0.logout.id) < ($1.turn, $1.logout.nextAttemptAt, $1.logout.id)
            }
            return inTurn.prefix(max(0, limit)).map(\.logout)
        }
    }

    package func finishMail(_ id: String, recording event: AuditEvent?) throws {
        try write { contents in
            guard contents.people.mails.removeValue(forKey: id) != nil, let event else { return }
            contents.append(event)
        }
    }

    package func finishLogout(_ id: Int64, recording event: AuditEvent?) throws {
        try write { contents in
            guard contents.people.logouts.removeValue(forKey: id) != nil, let event else { return }
            contents.append(event)
        }
    }

    package func postponeMail(_ id: String, until next: NumericDate) throws {
        try write { contents in
            guard let mail = contents.people.mails[id] else { return }
            contents.people.mails[id] = MailItem(
                id: id, sealed: mail.sealed, nextAttemptAt: next, expiresAt: mail.expiresAt,
                attempts: mail.attempts + 1)
        }
    }

    package func postponeLogout(_ id: Int64, until next: NumericDate) throws {
        try write { contents in
            guard let logout = contents.people.logouts[id] else { return }
            contents.people.logouts[id] = LogoutDelivery(
                id: id, client: logout.client, subject: logout.subject, session: logout.session, nextAttemptAt: next,
                expiresAt: logout.expiresAt, attempts: logout.attempts + 1, relyingParty: logout.relyingParty)
        }
    }

    package func outboxCounts() throws -> (mails: Int, logouts: Int) {
        try read { ($0.people.mails.count, $0.people.logouts.count) }
    }
}
