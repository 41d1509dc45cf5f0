import GRDB
import JOSE
import Storage

extension SQLiteStore {
    /// Authorizations whose code was never spent. By the index of times: that of unspent codes begins with their
    /// authorization, and to find what is old by it is to read it all.
    package static let sweepOfUnspentCodes: StaticString = """
        DELETE FROM authorization WHERE id IN
            (SELECT authorization FROM authorization_code INDEXED BY authorization_code_expiry
            WHERE expires_at <= ?1 AND spent_at IS NULL LIMIT ?2)
        """

    /// Removes what nobody needs any more of what is remembered about people; each kind is a write of its own.
    func sweepPeople(at now: NumericDate, limit: SQLValue) async throws -> Int {
        let present = SQLValue.date(now)
        let past = SQLValue.date(now - .seconds(Retention.aftermath))
        var count = try await sweepWaiting(present, limit: limit)
        count &+= try await sweepAPIKeys(before: .date(now - .seconds(Retention.keys)), limit: limit)
        count &+= try await write { try $0.run(Self.sweepOfUnspentCodes, past, limit) }
        count &+= try await write {
            try $0.run(
                """
                DELETE FROM authorization_code WHERE hash IN
                    (SELECT hash FROM authorization_code WHERE expires_at <= ?1 LIMIT ?2)
                """, past, limit)
        }
        count &+= try await write { transaction in
            let gone = try transaction.run(
                "DELETE FROM user WHERE id IN (SELECT id FROM user WHERE expires_at <= ?1 LIMIT ?2)", present, limit)
            if gone > 0 { try transaction.append(UnclaimedAccounts.expired(gone, at: now)) }
            return gone
        }
        count &+= try await sweepSessions(present, past: past, limit: limit)
        count &+= try await write {
            try $0.run(
                """
                DELETE FROM authorization WHERE id IN
                    (SELECT authorization FROM refresh_family WHERE sweep_day <= ?1 / 86400 LIMIT ?2)
                """, present, limit)
        }
        count &+= try await write {
            try $0.run(
                """
                DELETE FROM authorization WHERE id IN
                    (SELECT id FROM authorization WHERE ended_at IS NULL AND expires_at <= ?1 LIMIT ?2)
                """, past, limit)
        }
        count &+= try await write {
            try $0.run(
                "DELETE FROM authorization WHERE id IN (SELECT id FROM authorization WHERE ended_at <= ?1 LIMIT ?2)",
                past, limit)
        }
        return count
    }

    private func sweepWaiting(_ present: SQLValue, limit: SQLValue) async throws -> Int {
        var count = try await write {
            try $0.run(
                """
                DELETE FROM pending_authorization WHERE hash IN
                    (SELECT hash FROM pending_authorization WHERE expires_at <= ?1 LIMIT ?2)
                """, present, limit)
        }
        count &+= try await write {
            try $0.run(
                "DELETE FROM mail_item WHERE id IN (SELECT id FROM mail_item WHERE expires_at <= ?1 LIMIT ?2)",
                present, limit)
        }
        count &+= try await write {
            try $0.run(
                "DELETE FROM alarm_delivery WHERE id IN (SELECT id FROM alarm_delivery WHERE expires_at <= ?1 LIMIT ?2)",
                present, limit)
        }
        count &+= try await write {
            try $0.run(
                """
                DELETE FROM logout_delivery WHERE id IN
                    (SELECT id FROM logout_delivery WHERE expires_at <= ?1 LIMIT ?2)
                """, present, limit)
        }
        count &+= try await write {
            try $0.run(
                """
                DELETE FROM mail_link WHERE hash IN
                    (SELECT hash FROM mail_link WHERE expires_at <= ?1 AND created_at <= ?1 - 3600 LIMIT ?2)
                """, present, limit)
        }
        count &+= try await write {
            try $0.run(
                """
                DELETE FROM initial_access_token WHERE id IN
                    (SELECT id FROM initial_access_token WHERE expires_at <= ?1 LIMIT ?2)
                """, present, limit)
        }
        return count
    }

    private func sweepAPIKeys(before end: SQLValue, limit: SQLValue) async throws -> Int {
        let ended = try await write {
            try $0.run(
                "DELETE FROM api_key WHERE id IN (SELECT id FROM api_key WHERE ended_at <= ?1 LIMIT ?2)", end, limit)
        }
        let expired = try await write {
            try $0.run(
                "DELETE FROM api_key WHERE id IN (SELECT id FROM api_key WHERE expires_at <= ?1 LIMIT ?2)", end, limit)
        }
        return ended &+ expired
    }

    private func sweepSessions(_ present: SQLValue, past: SQLValue, limit: SQLValue) async throws -> Int {
        let expired = try await write {
            try $0.run(
                """
                DELETE FROM session WHERE id IN
                    (SELECT id FROM session WHERE ended_at IS NULL AND expires_at <= ?1 LIMIT ?2)
                """, present, limit)
        }
        let ended = try await write {
            try $0.run(
                "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE ended_at <= ?1 LIMIT ?2)", past, limit)
        }
        return expired &+ ended
    }
}
