import JOSE
import OAuth
import Storage

/// Logout tokens that are queued in the transaction of what they tell of.
extension WriteTransaction {
    /// For whoever took part in a session that ends. A client whose row is damaged never keeps a session from ending.
    func queueLogouts(of session: SessionID, at now: NumericDate) throws -> Int {
        try run(
            """
            INSERT INTO logout_delivery (client, subject, session, next_attempt_at, expires_at, attempts)
            SELECT client.id, session.subject, session.id, ?2, ?3, 0
            FROM session_client JOIN session ON session.id = session_client.session
                JOIN client ON client.id = session_client.client
            WHERE session_client.session = ?1
                AND json_valid(client.relying_party)
                AND json_extract(client.relying_party, '$.backchannel_logout_uri') IS NOT NULL
            ORDER BY client.id
            """, .text(session), .date(now), .date(now + .seconds(LogoutDelivery.lifetime)))
    }

    /// For clients whose access ends while the session goes on. One that was told of all it had in a session takes part
    /// in it no more, until it is given something again.
    func queueLogouts(
        of target: EndTarget, _ ended: Ended, because reason: EndReason, at now: NumericDate
    ) throws -> Int {
        switch target {
        case .session, .key, .subject, .resource: return 0
        case .grant(let id):
            guard !ended.grants.isEmpty, reason.isToldForOneAuthorization else { return 0 }
            let client = try texts("SELECT client FROM authorization WHERE id = ?1", .text(id))
            let session = try texts(
                """
                SELECT place.session FROM authorization AS a
                    JOIN session_client AS place ON place.session = a.session AND place.client = a.client
                    JOIN session ON session.id = place.session
                WHERE a.id = ?1 AND session.ended_at IS NULL
                """, .text(id))
            return try client.reduce(0) { $0 + (try queueLogouts(to: $1, of: session, at: now)) }
        case .application(let subject, let client):
            let sessions = try texts(
                """
                SELECT session.id FROM session
                    JOIN session_client AS place ON place.session = session.id AND place.client = ?2
                WHERE session.subject = ?1 AND session.ended_at IS NULL ORDER BY session.id
                """, .text(subject), .text(client))
            let queued = try queueLogouts(to: client.rawValue, of: sessions, at: now)
            for session in sessions {
                try run("DELETE FROM session_client WHERE session = ?1 AND client = ?2", .text(session), .text(client))
            }
            return queued
        case .client(let client):
            // Reads the whole table: clients are rarely disabled, and each sign-in would pay for an index.
            let sessions = try texts(
                """
                SELECT session.id FROM session_client AS place JOIN session ON session.id = place.session
                WHERE place.client = ?1 AND session.ended_at IS NULL ORDER BY session.id
                """, .text(client))
            let queued = try queueLogouts(to: client.rawValue, of: sessions, keepingRegistration: true, at: now)
            try run("DELETE FROM session_client WHERE client = ?1", .text(client))
            return queued
        }
    }

    private func queueLogouts(
        to client: String, of sessions: [String], keepingRegistration: Bool = false, at now: NumericDate
    ) throws -> Int {
        try sessions.reduce(0) { sum, session in
            sum
                + (try run(
                    """
                    INSERT INTO logout_delivery
                        (client, subject, session, next_attempt_at, expires_at, attempts, relying_party)
                    SELECT client.id, session.subject, session.id, ?3, ?4, 0,
                        CASE ?5 WHEN 1 THEN client.relying_party END
                    FROM session JOIN client ON client.id = ?2
                    WHERE session.id = ?1
                        AND json_valid(client.relying_party)
                        AND json_extract(client.relying_party, '$.backchannel_logout_uri') IS NOT NULL
                    """, .text(session), .text(client), .date(now), .date(now + .seconds(LogoutDelivery.lifetime)),
                    .bool(keepingRegistration)))
        }
    }

    /// Ends and removes what must not be inherited by a later client of that name. Called while the client's row is
    /// still there: its logout tokens go where it was registered.
    func forgetPeople(of client: ClientID, at now: NumericDate) throws -> Ended {
        let ended = try end(.client(client), because: .clientDeleted, at: now).ended
        try run("DELETE FROM consent WHERE client = ?1", .text(client))
        try run("DELETE FROM pending_authorization WHERE client = ?1", .text(client))
        try run(
            """
            UPDATE logout_delivery SET relying_party = (SELECT relying_party FROM client WHERE id = ?1)
            WHERE client = ?1 AND relying_party IS NULL
            """, .text(client))
        return ended
    }
}
