import GRDB
import JOSE
import OAuth
import Storage

/// Room for one more authorization of a client in a session, so that asking in a loop fills no disk.
extension WriteTransaction {
    /// What ended for it.
    func makeRoom(for new: Authorization, under terms: AuthorizationTerms) throws -> Ended {
        let place = (SQLValue.text(new.session), SQLValue.text(new.client))
        let found = try first(
            """
            SELECT count(*), count(code.authorization), count(CASE WHEN code.expires_at <= ?3 THEN 1 END)
            FROM authorization AS a
                LEFT JOIN authorization_code AS code ON code.authorization = a.id AND code.spent_at IS NULL
            WHERE a.session = ?1 AND a.client = ?2 AND a.ended_at IS NULL
            """, place.0, place.1, .date(new.createdAt)
        ) { (all: try $0.count(0), unspent: try $0.count(1), expired: try $0.count(2)) }
        guard let found else { return Ended() }
        var excess = found.all - terms.limit + 1
        // Nothing hangs from what nobody redeemed, so nothing ends with it.
        let unspent = max(found.expired, min(excess, found.unspent))
        if unspent > 0 {
            let forgotten = try forgetUnspent(unspent, place)
            excess -= forgotten.count
            try fold(forgotten: forgotten.map(GrantID.init(unchecked:)), for: new)
        }
        var ended = Ended()
        if excess > 0 {
            for id in try oldest(excess, place) {
                let grant = GrantID(unchecked: id)
                ended.grants += try end(.grant(grant), because: .replaced, at: new.createdAt).ended.grants
                if let event = terms.replacement(of: grant, by: new) { try append(event) }
            }
        }
        return ended
    }

    private func forgetUnspent(_ count: Int, _ place: (session: SQLValue, client: SQLValue)) throws -> [String] {
        try texts(
            """
            DELETE FROM authorization WHERE id IN
                (SELECT a.id FROM authorization AS a
                    JOIN authorization_code AS code ON code.authorization = a.id AND code.spent_at IS NULL
                WHERE a.session = ?1 AND a.client = ?2 AND a.ended_at IS NULL
                ORDER BY code.expires_at, a.id LIMIT ?3)
            RETURNING id
            """, place.session, place.client, .integer(Int64(count)))
    }

    private func oldest(_ count: Int, _ place: (session: SQLValue, client: SQLValue)) throws -> [String] {
        try texts(
            """
            SELECT id FROM authorization WHERE session = ?1 AND client = ?2 AND ended_at IS NULL
            ORDER BY created_at, id LIMIT ?3
            """, place.session, place.client, .integer(Int64(count)))
    }

    /// The events of what nobody redeemed become a count.
    private func fold(forgotten ids: [GrantID], for new: Authorization) throws {
        let recent = try all(
            """
            SELECT id, at, action, outcome, actor, target, address, request_id, detail, count, last_at,
                decision
            FROM audit_event WHERE target = ?1 ORDER BY id DESC LIMIT ?2
            """, .text("user:\(new.subject)"), .integer(Int64(GivenAuthorizations.recent))
        ) { row in
            AuditEvent(
                id: try row.integer(0), at: try row.date(1), action: try row.text(2), outcome: try row.choice(3),
                actor: try row.text(4), target: try row.text(5), address: try row.text(6),
                requestID: try row.text(7), detail: try row.text(8), count: try row.integer(9),
                lastAt: try row.date(10), decision: try row.text(11))
        }
        let folding = GivenAuthorizations(forgetting: ids, for: new, in: recent)
        for event in folding.changed {
            try run(
                """
                UPDATE audit_event SET detail = ?2, address = ?3, request_id = ?4, count = ?5, last_at = ?6
                WHERE id = ?1
                """, .integer(event.id), .text(event.detail), .text(event.address), .text(event.requestID),
                .integer(event.count), .date(event.lastAt))
        }
        for id in folding.removed { try run("DELETE FROM audit_event WHERE id = ?1", .integer(id)) }
    }
}
