import GRDB
package import JOSE
package import OAuth
package import Storage

extension SQLiteStore: GrantStore {
    package func permit(
        _ grant: Grant, advancing epochs: [EpochKey], recording event: AuditEvent
    ) async throws -> Permission {
        try await write { transaction in
            let known = try transaction.integer(
                "SELECT 1 FROM client, protected_resource AS r WHERE client.id = ?1 AND r.identifier = ?2",
                .text(grant.client), .text(grant.resource.rawValue))
            guard known != nil else { return .missing }
            // The id and the date of creation of a live grant stay: its tokens name it.
            try transaction.run(
                """
                INSERT INTO token_grant (id, client, subject, resource, scope, created_at, updated_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                ON CONFLICT (client, resource) WHERE revoked_at IS NULL
                DO UPDATE SET scope = excluded.scope, updated_at = excluded.updated_at
                """,
                .text(grant.id), .text(grant.client), .text(grant.subject), .text(grant.resource.rawValue),
                .text(grant.scope.description), .date(grant.createdAt), .date(grant.updatedAt))
            guard let stored = try transaction.database.standingGrant(of: grant.client, at: grant.resource) else {
                throw StoreError.failed("a grant just written is not there")
            }
            try transaction.append(event)
            return .given(stored, try transaction.advance(epochs, at: event.at))
        }
    }

    package func standingGrant(of client: ClientID, at resource: ResourceIndicator) async throws -> Grant? {
        try read { try $0.standingGrant(of: client, at: resource) }
    }

    package func grants(of client: ClientID) async throws -> [Grant] {
        try await readSeveral { database in
            let sql = "SELECT * FROM token_grant WHERE client = ?1 AND revoked_at IS NULL ORDER BY resource"
            return try Row.fetchAll(database, sql: sql, arguments: [client.rawValue]).map(Grant.init)
        }
    }

    package func grant(_ id: GrantID) async throws -> Grant? {
        try read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT * FROM token_grant WHERE id = ?1 AND revoked_at IS NULL")
            return try Row.fetchOne(statement, arguments: [id.rawValue]).map(Grant.init)
        }
    }

    package func revoke(
        _ grant: GrantID, because reason: RevocationReason, advancing epochs: [EpochKey], at now: NumericDate,
        recording event: AuditEvent
    ) async throws -> Change {
        try await write { transaction in
            let changed = try transaction.run(
                "UPDATE token_grant SET revoked_at = ?2, revocation_reason = ?3 WHERE id = ?1 AND revoked_at IS NULL",
                .text(grant), .date(now), .text(reason.rawValue))
            guard changed == 1 else { return .missing }
            return try transaction.finish(advancing: epochs, recording: event)
        }
    }

    package func revocation(of grant: GrantID) async throws -> RevocationReason? {
        try read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT revocation_reason FROM token_grant WHERE id = ?1 AND revoked_at IS NOT NULL")
            guard let row = try Row.fetchOne(statement, arguments: [grant.rawValue]) else { return nil }
            return try StoredRow(row, of: "token_grant").choice("revocation_reason")
        }
    }
}

extension Database {
    fileprivate func standingGrant(of client: ClientID, at resource: ResourceIndicator) throws -> Grant? {
        let statement = try cachedStatement(
            sql: "SELECT * FROM token_grant WHERE client = ?1 AND resource = ?2 AND revoked_at IS NULL")
        return try Row.fetchOne(statement, arguments: [client.rawValue, resource.rawValue]).map(Grant.init)
    }
}

extension Grant {
    fileprivate init(_ row: Row) throws {
        let row = StoredRow(row, of: "token_grant")
        self.init(
            id: try row.identifier("id"), client: try row.identifier("client"), subject: try row.identifier("subject"),
            resource: try row.resource("resource"), scope: try row.scope("scope"),
            createdAt: try row.date("created_at"), updatedAt: try row.date("updated_at"))
    }
}
