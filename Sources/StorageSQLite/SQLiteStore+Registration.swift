import GRDB
package import JOSE
package import OAuth
package import Storage

extension SQLiteStore: RegistrationStore {
    package func insert(
        _ token: InitialAccessToken, most: Int, recording event: AuditEvent
    ) async throws -> Bool {
        try await write { transaction in
            let live = try transaction.integer(
                "SELECT count(*) FROM initial_access_token WHERE expires_at > ?1", .date(token.createdAt))
            guard (live ?? 0) < Int64(most) else { return false }
            try transaction.run(
                """
                INSERT INTO initial_access_token (id, hash, uses_left, created_at, expires_at)
                VALUES (?1, ?2, ?3, ?4, ?5)
                """, .text(token.id), .blob(token.hash), .integer(Int64(token.usesLeft)), .date(token.createdAt),
                .date(token.expiresAt))
            try transaction.append(event)
            return true
        }
    }

    package func acceptsInitialAccessToken(_ hash: TokenHash, at now: NumericDate) async throws -> Bool {
        try point {
            try $0.first(
                "SELECT 1 FROM initial_access_token WHERE hash = ?1 AND uses_left > 0 AND expires_at > ?2",
                [.blob(hash), .date(now)]
            ) { try $0.bool(0) } ?? false
        }
    }

    package func initialAccessTokens(after id: String?, limit: Int) async throws -> [InitialAccessToken] {
        try await list { database in
            try SQLConnection(database).all(
                """
                SELECT id, hash, uses_left, created_at, expires_at FROM initial_access_token
                WHERE id > ?1 ORDER BY id LIMIT ?2
                """, [.text(id ?? ""), .integer(Int64(max(0, limit)))]
            ) { row in
                InitialAccessToken(
                    id: try row.text(0), hash: try row.hash(1), usesLeft: Int(try row.integer(2)),
                    createdAt: try row.date(3), expiresAt: try row.date(4))
            }
        }
    }

    package func deleteInitialAccessToken(_ id: String, recording event: AuditEvent) async throws -> Bool {
        try await write { transaction in
            guard try transaction.run("DELETE FROM initial_access_token WHERE id = ?1", .text(id)) == 1 else {
                return false
            }
            try transaction.append(event)
            return true
        }
    }

    package func register(
        _ client: RegisteredClient, on terms: RegistrationTerms, recording event: AuditEvent
    ) async throws -> RegistrationResult {
        try await write { transaction in
            if let refusal = try transaction.refusal(of: client.id, on: terms) { return refusal }
            guard try transaction.insert(client) else { return .exists }
            if let hash = terms.spending {
                try transaction.run(
                    "UPDATE initial_access_token SET uses_left = uses_left - 1 WHERE hash = ?1", .blob(hash))
            }
            try transaction.append(event)
            return .done
        }
    }

    package func unusedRegistrations(before date: NumericDate, limit: Int) async throws -> [ClientID] {
        try await list { database in
            let sql = """
                SELECT id FROM client AS registered
                WHERE created_at < ?1 AND relying_party ->> '$.registration_token' IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM consent AS use WHERE use.client = registered.id)
                    AND NOT EXISTS (SELECT 1 FROM authorization AS use WHERE use.client = registered.id)
                    AND NOT EXISTS (SELECT 1 FROM pending_authorization AS use WHERE use.client = registered.id)
                ORDER BY id LIMIT ?2
                """
            return try Row.fetchAll(database, sql: sql, arguments: [date.secondsSince1970, max(0, limit)])
                .map { try StoredRow($0, of: "client").identifier("id") }
        }
    }
}

extension WriteTransaction {
    /// Why the client may not register itself, if anything stands against it; nothing is written yet.
    fileprivate func refusal(of id: ClientID, on terms: RegistrationTerms) throws -> RegistrationResult? {
        if let hash = terms.spending {
            let good = try integer(
                "SELECT 1 FROM initial_access_token WHERE hash = ?1 AND uses_left > 0 AND expires_at > ?2",
                .blob(hash), .date(terms.now))
            guard good != nil else { return .tokenRefused }
        }
        let count = try integer(
            "SELECT count(*) FROM client WHERE relying_party ->> '$.registration_token' IS NOT NULL")
        guard (count ?? 0) < Int64(terms.maximumClients) else { return .full }
        return nil
    }
}
