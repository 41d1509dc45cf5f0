package import JOSE
import OAuth
package import Storage

extension SQLiteStore {
    package func endEverything(
        upTo moment: NumericDate, limit: Int, because reason: EndReason, at now: NumericDate,
        recording record: @escaping @Sendable (EverythingEnded) -> AuditEvent
    ) async throws -> EverythingEnded {
        try await write { transaction in
            let step = try transaction.endEverything(upTo: moment, limit: max(1, limit), because: reason, at: now)
            if !step.isEmpty { try transaction.append(record(step)) }
            return step
        }
    }
}

extension WriteTransaction {
    /// Sessions go first: with them those who take part in them are told, and nothing new comes from them. What came
    /// from one of them while others were ended goes with it, also if that session was renewed or swept meanwhile: an
    /// authorization keeps the sign-in that it came from.
    fileprivate func endEverything(
        upTo moment: NumericDate, limit: Int, because reason: EndReason, at now: NumericDate
    ) throws -> EverythingEnded {
        var room = limit
        var (ended, people) = (Ended(), Set<String>())
        let sessions = try all(
            """
            UPDATE session SET ended_at = ?1, end_reason = ?2 WHERE id IN
                (SELECT id FROM session WHERE ended_at IS NULL AND created_at <= ?3 LIMIT ?4)
            RETURNING id, subject
            """, .date(now), .text(reason.rawValue), .date(moment), .integer(Int64(room)), read: Self.owned)
        ended.sessions = sessions.map(\.id).sorted().map(SessionID.init(unchecked:))
        for id in ended.sessions { ended.logouts += try queueLogouts(of: id, at: now) }
        room -= sessions.count
        let grants = try all(
            """
            UPDATE authorization SET ended_at = ?1, end_reason = ?2 WHERE id IN
                (SELECT id FROM authorization WHERE ended_at IS NULL
                    AND (authenticated_at <= ?3 OR created_at <= ?3
                        OR session IN (SELECT id FROM session WHERE created_at <= ?3)) LIMIT ?4)
            RETURNING id, subject
            """, .date(now), .text(reason.rawValue), .date(moment), .integer(Int64(room)), read: Self.owned)
        ended.grants = grants.map(\.id).sorted().map(GrantID.init(unchecked:))
        room -= grants.count
        let keys = try texts(
            """
            UPDATE api_key SET ended_at = ?1, end_reason = ?2 WHERE id IN
                (SELECT id FROM api_key WHERE ended_at IS NULL AND owner_kind <> 'nobody' AND created_at <= ?3 LIMIT ?4)
            RETURNING id
            """, .date(now), .text(reason.rawValue), .date(moment), .integer(Int64(room)))
        ended.grants += keys.sorted().map(GrantID.init(unchecked:))
        room -= keys.count
        for person in sessions + grants { people.insert(person.subject) }
        var addresses = 0
        for person in people.sorted() { addresses += try distrust(person) }
        let links = try run(
            """
            UPDATE mail_link SET is_void = 1 WHERE hash IN
                (SELECT hash FROM mail_link WHERE is_void = 0 AND created_at <= ?1 LIMIT ?2)
            """, .date(moment), .integer(Int64(room)))
        room -= links
        let left = try dropUnprovenAddresses(upTo: moment, limit: room)
        return EverythingEnded(ended, links: links, addresses: addresses + left, isComplete: left < room)
    }

    private static func owned(_ row: StatementRow) throws -> (id: String, subject: String) {
        (try row.text(0), try row.text(1))
    }

    /// What was judged before and is written after, such as a new address or a sign-in, is of another version. Returns
    /// how many addresses waited for their proof.
    private func distrust(_ subject: String) throws -> Int {
        let waiting = try integer(
            "SELECT 1 FROM user WHERE id = ?1 AND pending_email IS NOT NULL", .text(subject))
        try run("UPDATE user SET pending_email = NULL, version = version + 1 WHERE id = ?1", .text(subject))
        return waiting == nil ? 0 : 1
    }

    /// Of people of whom nothing else was left: addresses to which no link went after the moment.
    private func dropUnprovenAddresses(upTo moment: NumericDate, limit: Int) throws -> Int {
        try run(
            """
            UPDATE user SET pending_email = NULL, version = version + 1 WHERE id IN
                (SELECT id FROM user WHERE pending_email IS NOT NULL AND NOT EXISTS
                    (SELECT 1 FROM mail_link AS link WHERE link.subject = user.id AND link.purpose = 'verifyAddress'
                        AND link.email = user.pending_email AND link.is_void = 0 AND link.created_at > ?1) LIMIT ?2)
            """, .date(moment), .integer(Int64(limit)))
    }
}
