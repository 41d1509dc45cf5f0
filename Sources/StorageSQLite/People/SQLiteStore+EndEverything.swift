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
        var ended = Ended()
        ended.sessions = try texts(
            """
            UPDATE session SET ended_at = ?1, end_reason = ?2 WHERE id IN
                (SELECT id FROM session WHERE ended_at IS NULL AND created_at <= ?3 LIMIT ?4)
            RETURNING id
            """, .date(now), .text(reason.rawValue), .date(moment), .integer(Int64(room))
        ).sorted().map(SessionID.init(unchecked:))
        for id in ended.sessions { ended.logouts += try queueLogouts(of: id, at: now) }
        room -= ended.sessions.count
        ended.grants = try texts(
            """
            UPDATE authorization SET ended_at = ?1, end_reason = ?2 WHERE id IN
                (SELECT id FROM authorization WHERE ended_at IS NULL
                    AND (authenticated_at <= ?3 OR created_at <= ?3
                        OR session IN (SELECT id FROM session WHERE created_at <= ?3)) LIMIT ?4)
            RETURNING id
            """, .date(now), .text(reason.rawValue), .date(moment), .integer(Int64(room))
        ).sorted().map(GrantID.init(unchecked:))
        room -= ended.grants.count
        let links = try run(
            """
            UPDATE mail_link SET is_void = 1 WHERE hash IN
                (SELECT hash FROM mail_link WHERE is_void = 0 AND created_at <= ?1 LIMIT ?2)
            """, .date(moment), .integer(Int64(room)))
        return EverythingEnded(ended, links: links, isComplete: links < room)
    }
}
