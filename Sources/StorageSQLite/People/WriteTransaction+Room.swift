import GRDB
import JOSE
import OAuth
import Storage

/// Room for one more authorization of a client in a session, so that asking in a loop fills no disk.
extension WriteTransaction {
    /// What ended for it, and whether the client left a code unspent there before.
    func makeRoom(for new: Authorization, limit: Int) throws -> (ended: Ended, isRepeat: Bool) {
        let place = (SQLValue.text(new.session), SQLValue.text(new.client))
        let found = try first(
            """
            SELECT count(*), count(code.authorization), count(CASE WHEN code.expires_at <= ?3 THEN 1 END)
            FROM authorization AS a
                LEFT JOIN authorization_code AS code ON code.authorization = a.id AND code.spent_at IS NULL
            WHERE a.session = ?1 AND a.client = ?2 AND a.ended_at IS NULL
            """, place.0, place.1, .date(new.createdAt)
        ) { (all: try $0.count(0), unspent: try $0.count(1), expired: try $0.count(2)) }
        guard let found else { return (Ended(), false) }
        var excess = found.all - limit + 1
        // Nothing hangs from what nobody redeemed, so nothing ends with it.
        let unspent = max(found.expired, min(excess, found.unspent))
        if unspent > 0 { excess -= try forgetUnspent(unspent, place) }
        var ended = Ended()
        if excess > 0 {
            for id in try oldest(excess, place) {
                let grant = GrantID(unchecked: id)
                ended.grants += try end(.grant(grant), because: .replaced, at: new.createdAt).ended.grants
            }
        }
        return (ended, found.unspent > 0)
    }

    private func forgetUnspent(_ count: Int, _ place: (session: SQLValue, client: SQLValue)) throws -> Int {
        try run(
            """
            DELETE FROM authorization WHERE id IN
                (SELECT a.id FROM authorization AS a
                    JOIN authorization_code AS code ON code.authorization = a.id AND code.spent_at IS NULL
                WHERE a.session = ?1 AND a.client = ?2 AND a.ended_at IS NULL
                ORDER BY code.expires_at, a.id LIMIT ?3)
            """, place.session, place.client, .integer(Int64(count)))
    }

    private func oldest(_ count: Int, _ place: (session: SQLValue, client: SQLValue)) throws -> [String] {
        try texts(
            """
            SELECT id FROM authorization WHERE session = ?1 AND client = ?2 AND ended_at IS NULL
            ORDER BY created_at, id LIMIT ?3
            """, place.session, place.client, .integer(Int64(count)))
    }

    /// Counts events with the last ones that say the same of the same; those that have none are written.
    func fold(_ effects: Effects) throws {
        for event in effects.events {
            let folded = try run(
                """
                UPDATE audit_event SET count = count + ?5, last_at = max(last_at, ?6) WHERE id =
                    (SELECT id FROM audit_event WHERE target = ?1 AND action = ?2 AND actor = ?3 AND detail = ?4
                    ORDER BY id DESC LIMIT 1)
                """, .text(event.target), .text(event.action), .text(event.actor), .text(event.detail),
                .integer(event.count), .date(event.lastAt))
            if folded == 0 { try append(event) }
        }
        for mail in effects.mails { try enqueue(mail) }
    }
}
