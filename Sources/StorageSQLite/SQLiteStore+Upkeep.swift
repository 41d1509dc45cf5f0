import GRDB
package import JOSE
package import Storage

extension SQLiteStore: UpkeepStore {
    package func sweep(at now: NumericDate, keeping retention: Retention, limit: Int) async throws -> Int {
        let limit = SQLValue.integer(Int64(max(0, limit)))
        let present = SQLValue.date(now)
        let auditEnd = SQLValue.date(now - .seconds(retention.audit))
        let usageEnd = SQLValue.date(now - .seconds(retention.usage))
        // Each kind is a write of its own, so that other writes go in between.
        var count = try await write {
            try $0.run(
                """
                DELETE FROM replay_claim WHERE (domain, id) IN
                    (SELECT domain, id FROM replay_claim WHERE expires_at <= ?1 LIMIT ?2)
                """, present, limit)
        }
        count &+= try await write {
            try $0.run(
                """
                DELETE FROM revoked_token WHERE id IN (SELECT id FROM revoked_token WHERE expires_at <= ?1 LIMIT ?2)
                """, present, limit)
        }
        count &+= try await write {
            try $0.run(
                "DELETE FROM audit_event WHERE id IN (SELECT id FROM audit_event WHERE last_at < ?1 LIMIT ?2)",
                auditEnd,
                limit)
        }
        count &+= try await write {
            try $0.run(
                """
                DELETE FROM usage_counter WHERE (minute, client, resource, kind) IN
                    (SELECT minute, client, resource, kind FROM usage_counter WHERE minute < ?1 / 60 LIMIT ?2)
                """, usageEnd, limit)
        }
        count &+= try await write {
            try $0.run(
                "DELETE FROM token_grant WHERE id IN (SELECT id FROM token_grant WHERE revoked_at < ?1 LIMIT ?2)",
                auditEnd, limit)
        }
        let listEnd = SQLValue.date(now - .seconds(Retention.statusLists))
        count &+= try await write { try $0.sweepStatusLists(closedUpTo: listEnd, limit: limit) }
        return count &+ (try await sweepPeople(at: now, limit: limit))
    }

    package func checkHealth() async throws {
        try await withDeadline(limits.healthDeadline) { [self] in
            let written = try await write { transaction in
                try transaction.integer(
                    """
                    INSERT INTO installation (name, value) VALUES ('heartbeat', '1')
                    ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1
                    RETURNING CAST(value AS INTEGER)
                    """)
            }
            let found = try read { database in
                try Int64.fetchOne(
                    database, sql: "SELECT CAST(value AS INTEGER) FROM installation WHERE name = 'heartbeat'")
            }
            guard let written, let found, found >= written else {
                throw StoreError.failed("a write that was committed cannot be read")
            }
        }
    }
}
