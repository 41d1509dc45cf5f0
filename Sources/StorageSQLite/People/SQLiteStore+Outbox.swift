import GRDB
package import JOSE
package import Storage

extension SQLiteStore: Outbox {
    package func record(_ effects: Effects) async throws {
        try await write { try $0.record(effects) }
    }

    package func dueAlarms(at now: NumericDate, limit: Int) async throws -> [AlarmItem] {
        try await several {
            try $0.all(
                """
                SELECT id, claims, next_attempt_at, expires_at, attempts FROM alarm_delivery
                WHERE next_attempt_at <= ?1 AND expires_at > ?1 ORDER BY next_attempt_at, id LIMIT ?2
                """, [.date(now), .integer(Int64(max(0, limit)))]
            ) { row in
                AlarmItem(
                    id: try row.text(0), claims: try row.text(1), nextAttemptAt: try row.date(2),
                    expiresAt: try row.date(3), attempts: try row.count(4))
            }
        }
    }

    package func finishAlarm(_ id: String, recording event: AuditEvent?) async throws {
        try await write { transaction in
            let finished = try transaction.run("DELETE FROM alarm_delivery WHERE id = ?1", .text(id))
            if finished == 1, let event { try transaction.append(event) }
        }
    }

    package func postponeAlarm(_ id: String, until next: NumericDate) async throws {
        try await write { transaction in
            _ = try transaction.run(
                "UPDATE alarm_delivery SET next_attempt_at = ?2, attempts = attempts + 1 WHERE id = ?1", .text(id),
                .date(next))
        }
    }

    package func dueMails(at now: NumericDate, limit: Int) async throws -> [MailItem] {
        try await several {
            try $0.all(
                """
                SELECT id, sealed, next_attempt_at, expires_at, attempts FROM mail_item
                WHERE next_attempt_at <= ?1 AND expires_at > ?1 ORDER BY next_attempt_at, id LIMIT ?2
                """, [.date(now), .integer(Int64(max(0, limit)))]
            ) { row in
                MailItem(
                    id: try row.text(0), sealed: try row.bytes(1), nextAttemptAt: try row.date(2),
                    expiresAt: try row.date(3), attempts: try row.count(4))
            }
        }
    }

    /// Goes from client to client by the index: what waits may be a hundred thousand tokens for one of them.
    package func dueLogouts(at now: NumericDate, limit: Int, perClient: Int) async throws -> [LogoutDelivery] {
        try await several {
            try $0.all(
                """
                WITH RECURSIVE waiting (client) AS (
                    SELECT min(client) FROM logout_delivery
                    UNION ALL
                    SELECT (SELECT min(client) FROM logout_delivery WHERE client > waiting.client)
                    FROM waiting WHERE waiting.client IS NOT NULL
                )
                SELECT logout.id, logout.client, logout.subject, logout.session, logout.next_attempt_at,
                    logout.expires_at, logout.attempts, logout.relying_party,
                    row_number() OVER (PARTITION BY logout.client ORDER BY logout.next_attempt_at, logout.id) AS turn
                FROM waiting JOIN logout_delivery AS logout ON logout.id IN (
                    SELECT due.id FROM logout_delivery AS due
                    WHERE due.client = waiting.client AND due.next_attempt_at <= ?1 AND due.expires_at > ?1
                    ORDER BY due.next_attempt_at, due.id LIMIT ?3
                )
                ORDER BY turn, logout.next_attempt_at, logout.id LIMIT ?2
                """, [.date(now), .integer(Int64(max(0, limit))), .integer(Int64(max(0, perClient)))]
            ) { row in
                LogoutDelivery(
                    id: try row.integer(0), client: try row.identifier(1), subject: try row.identifier(2),
                    session: try row.identifier(3), nextAttemptAt: try row.date(4), expiresAt: try row.date(5),
                    attempts: try row.count(6), relyingParty: try row.relyingParty(7))
            }
        }
    }

    package func finishMail(_ id: String, recording event: AuditEvent?) async throws {
        try await write { transaction in
            let finished = try transaction.run("DELETE FROM mail_item WHERE id = ?1", .text(id))
            if finished == 1, let event { try transaction.append(event) }
        }
    }

    package func finishLogout(_ id: Int64, recording event: AuditEvent?) async throws {
        try await write { transaction in
            let finished = try transaction.run("DELETE FROM logout_delivery WHERE id = ?1", .integer(id))
            if finished == 1, let event { try transaction.append(event) }
        }
    }

    package func postponeMail(_ id: String, until next: NumericDate) async throws {
        try await write { transaction in
            _ = try transaction.run(
                "UPDATE mail_item SET next_attempt_at = ?2, attempts = attempts + 1 WHERE id = ?1", .text(id),
                .date(next))
        }
    }

    package func postponeLogout(_ id: Int64, until next: NumericDate) async throws {
        try await write { transaction in
            _ = try transaction.run(
                "UPDATE logout_delivery SET next_attempt_at = ?2, attempts = attempts + 1 WHERE id = ?1", .integer(id),
                .date(next))
        }
    }

    package func outboxCounts() async throws -> (mails: Int, logouts: Int) {
        try await several {
            try $0.first("SELECT (SELECT count(*) FROM mail_item), (SELECT count(*) FROM logout_delivery)", []) {
                (mails: try $0.count(0), logouts: try $0.count(1))
            } ?? (0, 0)
        }
    }
}

extension WriteTransaction {
    func enqueue(_ alarm: AlarmItem) throws {
        try run(
            "INSERT INTO alarm_delivery (id, claims, next_attempt_at, expires_at, attempts) VALUES (?1, ?2, ?3, ?4, ?5)",
            .text(alarm.id), .text(alarm.claims), .date(alarm.nextAttemptAt), .date(alarm.expiresAt),
            .integer(Int64(alarm.attempts)))
    }

    /// Adds a mail to the transaction of the change that it tells of.
    func enqueue(_ mail: MailItem) throws {
        try run(
            "INSERT INTO mail_item (id, sealed, next_attempt_at, expires_at, attempts) VALUES (?1, ?2, ?3, ?4, ?5)",
            .text(mail.id), .blob(mail.sealed), .date(mail.nextAttemptAt), .date(mail.expiresAt),
            .integer(Int64(mail.attempts)))
    }
}
