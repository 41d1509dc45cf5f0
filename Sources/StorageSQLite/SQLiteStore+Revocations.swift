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
            return try transaction.advance(epochs)
        }
    }

    package func epochs() async throws -> [EpochKey: Int64] {
        try await list { database in
            var epochs: [EpochKey: Int64] = [:]
            let rows = try Row.fetchCursor(database, sql: "SELECT kind, id, value FROM epoch")
            while let next = try rows.next() {
                let row = StoredRow(next, of: "epoch")
                epochs[EpochKey(try row.choice("kind"), try row.text("id"))] = try row.integer("value")
            }
            return epochs
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
    func advance(_ epochs: [EpochKey]) throws -> [EpochKey: Int64] {
        var values: [EpochKey: Int64] = [:]
        for epoch in epochs where values[epoch] == nil {
            values[epoch] = try integer(
                """
                INSERT INTO epoch (kind, id, value) VALUES (?1, ?2, 1)
                ON CONFLICT (kind, id) DO UPDATE SET value = value + 1 RETURNING value
                """,
                .text(epoch.kind.rawValue), .text(epoch.id))
        }
        return values
    }
}
