import GRDB
import JOSE
package import OAuth
package import Storage

extension SQLiteStore: ResourceStore {
    package func insert(_ resource: ProtectedResource, recording event: AuditEvent) async throws -> Insertion {
        try await write { transaction in
            let taken = try transaction.integer(
                "SELECT 1 FROM protected_resource WHERE identifier = ?1", .text(resource.identifier.rawValue))
            guard taken == nil, try transaction.register(resource.id) else { return .exists }
            try transaction.run(
                """
                INSERT INTO protected_resource (id, identifier, name, is_enabled, credentials, scope, token_format,
                    access_token_lifetime, signing_algorithm, created_at, updated_at, version, scope_descriptions,
                    former_signing_algorithm)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                """,
                .text(resource.id), .text(resource.identifier.rawValue), .text(resource.name),
                .bool(resource.isEnabled),
                .text(CredentialsColumn(resource.credentials).text), .text(resource.scope.description),
                .text(resource.tokenFormat.rawValue), .integer(resource.accessTokenLifetime),
                .text(resource.signingAlgorithm.rawValue), .date(resource.createdAt), .date(resource.updatedAt),
                .integer(resource.version), .text(resource.scopeDescriptions.json.jsonText),
                resource.formerSigningAlgorithm.map { .text($0.rawValue) } ?? .null)
            try transaction.append(event)
            return .inserted
        }
    }

    package func resource(_ id: ClientID) async throws -> ProtectedResource? {
        try read { database in
            let statement = try database.cachedStatement(sql: "SELECT * FROM protected_resource WHERE id = ?1")
            return try Row.fetchOne(statement, arguments: [id.rawValue]).map(ProtectedResource.init)
        }
    }

    package func resource(identifiedBy identifier: ResourceIndicator) async throws -> ProtectedResource? {
        try read { database in
            let statement = try database.cachedStatement(sql: "SELECT * FROM protected_resource WHERE identifier = ?1")
            return try Row.fetchOne(statement, arguments: [identifier.rawValue]).map(ProtectedResource.init)
        }
    }

    package func resources(after id: ClientID?, limit: Int) async throws -> [ProtectedResource] {
        try await list { database in
            let sql = "SELECT * FROM protected_resource WHERE id > ?1 ORDER BY id LIMIT ?2"
            return try Row.fetchAll(database, sql: sql, arguments: [id?.rawValue ?? "", max(0, limit)])
                .map(ProtectedResource.init)
        }
    }

    package func update(
        _ resource: ProtectedResource, advancing epochs: [EpochKey], recording event: AuditEvent
    ) async throws -> Change {
        try await write { transaction in
            let changed = try transaction.run(
                """
                UPDATE protected_resource
                SET name = ?2, is_enabled = ?3, credentials = ?4, scope = ?5, token_format = ?6, access_token_lifetime = ?7,
                    signing_algorithm = ?8, updated_at = ?9, version = version + 1, scope_descriptions = ?11,
                    former_signing_algorithm = ?12
                WHERE id = ?1 AND version = ?10
                """,
                .text(resource.id), .text(resource.name), .bool(resource.isEnabled),
                .text(CredentialsColumn(resource.credentials).text), .text(resource.scope.description),
                .text(resource.tokenFormat.rawValue), .integer(resource.accessTokenLifetime),
                .text(resource.signingAlgorithm.rawValue), .date(resource.updatedAt), .integer(resource.version),
                .text(resource.scopeDescriptions.json.jsonText),
                resource.formerSigningAlgorithm.map { .text($0.rawValue) } ?? .null)
            guard changed == 1 else {
                let exists = try transaction.integer(
                    "SELECT 1 FROM protected_resource WHERE id = ?1", .text(resource.id))
                return exists != nil ? .conflict : .missing
            }
            return try transaction.finish(advancing: epochs, recording: event)
        }
    }

    package func deleteResource(
        _ id: ClientID, advancing epochs: [EpochKey], recording event: AuditEvent
    ) async throws -> ClientEnding {
        try await write { transaction in
            let deleted = try transaction.first(
                "DELETE FROM protected_resource WHERE id = ?1 RETURNING identifier", .text(id)
            ) { ResourceIndicator(unchecked: try $0.text(0)) }
            guard let deleted else { return ClientEnding(.missing) }
            try transaction.unregister(id)
            try transaction.run(
                """
                UPDATE token_grant SET revoked_at = ?2, revocation_reason = ?3 WHERE resource = ?1 AND revoked_at IS NULL
                """,
                .text(deleted.rawValue), .date(event.at), .text(RevocationReason.resourceDeleted.rawValue))
            let ended = try transaction.end(.resource(deleted), because: .resourceDeleted, at: event.at).ended
            return ClientEnding(try transaction.finish(advancing: epochs, recording: event), ended)
        }
    }
}

extension ProtectedResource {
    init(_ row: Row) throws {
        let row = StoredRow(row, of: "protected_resource")
        self.init(
            id: try row.identifier("id"), identifier: try row.resource("identifier"), name: try row.text("name"),
            isEnabled: try row.bool("is_enabled"), credentials: try row.credentials("credentials"),
            scope: try row.scope("scope"), scopeDescriptions: try row.scopeDescriptions("scope_descriptions"),
            tokenFormat: try row.choice("token_format"),
            accessTokenLifetime: try row.integer("access_token_lifetime"),
            signingAlgorithm: try row.choice("signing_algorithm"), createdAt: try row.date("created_at"),
            updatedAt: try row.date("updated_at"), version: try row.integer("version"))
        if !row.isNull("former_signing_algorithm") {
            formerSigningAlgorithm = try row.choice("former_signing_algorithm")
        }
    }
}

extension StoredRow {
    fileprivate func scopeDescriptions(_ column: String) throws -> [String: ScopeDescription] {
        guard let json = try? JSONObject(parsing: Array(try text(column).utf8), limits: .column),
            let descriptions = [String: ScopeDescription](scopes: json)
        else { throw damaged(column) }
        return descriptions
    }
}
