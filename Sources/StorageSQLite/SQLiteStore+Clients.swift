import GRDB
package import OAuth
package import Storage

extension SQLiteStore: ClientStore {
    package func insert(_ client: RegisteredClient, recording event: AuditEvent) async throws -> Insertion {
        try await write { transaction in
            guard try transaction.insert(client) else { return .exists }
            try transaction.append(event)
            return .inserted
        }
    }

    package func client(_ id: ClientID) async throws -> RegisteredClient? {
        try read { database in
            let statement = try database.cachedStatement(sql: "SELECT * FROM client WHERE id = ?1")
            return try Row.fetchOne(statement, arguments: [id.rawValue]).map(RegisteredClient.init)
        }
    }

    package func clients(after id: ClientID?, limit: Int) async throws -> [RegisteredClient] {
        try await list { database in
            let sql = "SELECT * FROM client WHERE id > ?1 ORDER BY id LIMIT ?2"
            return try Row.fetchAll(database, sql: sql, arguments: [id?.rawValue ?? "", max(0, limit)])
                .map(RegisteredClient.init)
        }
    }

    package func update(
        _ client: RegisteredClient, advancing epochs: [EpochKey], recording event: AuditEvent
    ) async throws -> Change {
        try await write { transaction in
            if let refusal = try transaction.replace(client) { return refusal }
            return try transaction.finish(advancing: epochs, recording: event)
        }
    }

    package func update(
        _ client: RegisteredClient, advancing epochs: [EpochKey], ending reason: EndReason, recording event: AuditEvent
    ) async throws -> ClientEnding {
        try await write { transaction in
            let stored = try transaction.integer("SELECT version FROM client WHERE id = ?1", .text(client.id))
            guard stored == client.version else { return ClientEnding(stored == nil ? .missing : .conflict) }
            // Before the registration changes: it says where the client is told.
            let ended = try transaction.end(.client(client.id), because: reason, at: event.at).ended
            if let refusal = try transaction.replace(client) {
                throw StoreError.failed("a client changed within a transaction: \(refusal)")
            }
            return ClientEnding(try transaction.finish(advancing: epochs, recording: event), ended)
        }
    }

    package func deleteClient(
        _ id: ClientID, advancing epochs: [EpochKey], recording event: AuditEvent
    ) async throws -> ClientEnding {
        try await write { transaction in
            guard try transaction.integer("SELECT 1 FROM client WHERE id = ?1", .text(id)) != nil else {
                return ClientEnding(.missing)
            }
            let ended = try transaction.forgetPeople(of: id, at: event.at)
            try transaction.run("DELETE FROM client WHERE id = ?1", .text(id))
            try transaction.unregister(id)
            try transaction.run(
                """
                UPDATE token_grant SET revoked_at = ?2, revocation_reason = ?3 WHERE client = ?1 AND revoked_at IS NULL
                """,
                .text(id), .date(event.at), .text(RevocationReason.clientDeleted.rawValue))
            return ClientEnding(try transaction.finish(advancing: epochs, recording: event), ended)
        }
    }
}

extension WriteTransaction {
    /// Takes a `client_id` from the namespace that clients and resources share; `false` if it is taken, by a person too:
    /// it becomes the `sub` of tokens (RFC 9068 §5).
    func register(_ id: ClientID) throws -> Bool {
        guard try integer("SELECT 1 FROM user WHERE id = ?1", .text(id)) == nil else { return false }
        return try run("INSERT INTO registration (id) VALUES (?1) ON CONFLICT DO NOTHING", .text(id)) == 1
    }

    /// `false` if the id is taken.
    func insert(_ client: RegisteredClient) throws -> Bool {
        guard try register(client.id) else { return false }
        try run(
            """
            INSERT INTO client (id, name, is_enabled, credentials, grant_types, allowed_origins, created_at, updated_at,
                version, relying_party)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """,
            .text(client.id), .text(client.name), .bool(client.isEnabled),
            .text(CredentialsColumn(client.credentials).text), .json(client.grantTypes.map(\.rawValue)),
            .json(client.allowedOrigins), .date(client.createdAt), .date(client.updatedAt),
            .integer(client.version), .text(client.relyingParty.map { RelyingPartyColumn($0).text }))
        return true
    }

    /// Replaces the client if its stored version is the one that it was read with; otherwise says why not.
    fileprivate func replace(_ client: RegisteredClient) throws -> Change? {
        let changed = try run(
            """
            UPDATE client
            SET name = ?2, is_enabled = ?3, credentials = ?4, grant_types = ?5, allowed_origins = ?6, updated_at = ?7,
                version = version + 1, relying_party = ?9
            WHERE id = ?1 AND version = ?8
            """,
            .text(client.id), .text(client.name), .bool(client.isEnabled),
            .text(CredentialsColumn(client.credentials).text), .json(client.grantTypes.map(\.rawValue)),
            .json(client.allowedOrigins), .date(client.updatedAt), .integer(client.version),
            .text(client.relyingParty.map { RelyingPartyColumn($0).text }))
        guard changed != 1 else { return nil }
        return try integer("SELECT 1 FROM client WHERE id = ?1", .text(client.id)) != nil ? .conflict : .missing
    }

    func unregister(_ id: ClientID) throws {
        try run("DELETE FROM registration WHERE id = ?1", .text(id))
    }

    /// What every change ends with.
    func finish(advancing epochs: [EpochKey], recording event: AuditEvent) throws -> Change {
        try append(event)
        return .done(try advance(epochs, at: event.at))
    }
}

extension RegisteredClient {
    init(_ row: Row) throws {
        let row = StoredRow(row, of: "client")
        self.init(
            id: try row.identifier("id"), name: try row.text("name"), isEnabled: try row.bool("is_enabled"),
            credentials: try row.credentials("credentials"),
            grantTypes: try row.texts("grant_types").map { name in
                guard let type = GrantType(rawValue: name) else { throw row.damaged("grant_types") }
                return type
            },
            allowedOrigins: try row.texts("allowed_origins"),
            relyingParty: try row.relyingParty("relying_party"), createdAt: try row.date("created_at"),
            updatedAt: try row.date("updated_at"), version: try row.integer("version"))
    }
}
