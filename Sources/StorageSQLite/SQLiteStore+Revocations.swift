import GRDB
package import JOSE
package import OAuth
package import Storage

extension SQLiteStore: RevocationStore {
    package func revoke(
        _ token: TokenID, _ ended: EndedToken, recording event: AuditEvent
    ) async throws -> Bool {
        try await write { transaction in
            let added = try transaction.run(
                "INSERT INTO revoked_token (id, expires_at, audience) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                .text(token), .date(ended.until), ended.audience.map { .text($0.spaced) } ?? .null)
            guard added == 1 else {
                // Never forgotten earlier than any of the callers asked for.
                try transaction.run(
                    "UPDATE revoked_token SET expires_at = ?2 WHERE id = ?1 AND expires_at < ?2", .text(token),
                    .date(ended.until))
                guard let audience = ended.audience else { return false }
                try transaction.run(
                    "UPDATE revoked_token SET audience = ?2 WHERE id = ?1 AND audience IS NULL", .text(token),
                    .text(audience.spaced))
                return false
            }
            try transaction.append(event)
            return true
        }
    }

    package func advance(_ epochs: [EpochKey], recording event: AuditEvent) async throws -> [EpochKey: Int64] {
        try await write { transaction in
            try transaction.append(event)
            return try transaction.advance(epochs, at: event.at)
        }
    }

    package func counters() async throws -> [EpochKey: EpochCounter] {
        try await list { database in
            var counters: [EpochKey: EpochCounter] = [:]
            let rows = try Row.fetchCursor(database, sql: "SELECT kind, id, value, advanced_at FROM epoch")
            while let next = try rows.next() {
                let row = StoredRow(next, of: "epoch")
                counters[EpochKey(try row.choice("kind"), try row.text("id"))] = EpochCounter(
                    value: try row.integer("value"),
                    advancedAt: row.isNull("advanced_at") ? nil : try row.date("advanced_at"))
            }
            return counters
        }
    }

    package func revokedTokens(at now: NumericDate) async throws -> [TokenID: EndedToken] {
        try await list { database in
            var tokens: [TokenID: EndedToken] = [:]
            let rows = try Row.fetchCursor(
                database, sql: "SELECT id, expires_at, audience FROM revoked_token WHERE expires_at > ?1",
                arguments: [now.secondsSince1970])
            while let next = try rows.next() {
                let row = StoredRow(next, of: "revoked_token")
                tokens[try row.identifier("id")] = EndedToken(
                    until: try row.date("expires_at"),
                    audience: row.isNull("audience")
                        ? nil
                        : try row.text("audience").split(separator: " ").map {
                            ResourceIndicator(unchecked: String($0))
                        })
            }
            return tokens
        }
    }
}

extension [ResourceIndicator] {
    /// As one column: no URI has a space in it.
    fileprivate var spaced: String { map(\.rawValue).joined(separator: " ") }
}

extension WriteTransaction {
    /// Adds one to each counter, once, however often it is named.
    func advance(_ epochs: [EpochKey], at now: NumericDate) throws -> [EpochKey: Int64] {
        var values: [EpochKey: Int64] = [:]
        for epoch in epochs where values[epoch] == nil {
            values[epoch] = try integer(
                """
                INSERT INTO epoch (kind, id, value, advanced_at) VALUES (?1, ?2, 1, ?3)
                ON CONFLICT (kind, id) DO UPDATE
                SET value = value + 1, advanced_at = max(coalesce(advanced_at, ?3), ?3) RETURNING value
                """,
                .text(epoch.kind.rawValue), .text(epoch.id), .date(now))
        }
        return values
    }
}
