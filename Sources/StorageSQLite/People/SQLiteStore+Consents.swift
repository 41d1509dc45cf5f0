import GRDB
package import OAuth
package import Storage

extension SQLiteStore: ConsentStore {
    package func consent(of subject: Subject, to client: ClientID) async throws -> Consent? {
        try point {
            try $0.first(
                """
                SELECT subject, client, identity_scope, resource_scopes, given_at, updated_at
                FROM consent WHERE subject = ?1 AND client = ?2
                """, [.text(subject), .text(client)], Consent.init)
        }
    }

    package func consents(of subject: Subject) async throws -> [Consent] {
        try await several {
            try $0.all(
                """
                SELECT subject, client, identity_scope, resource_scopes, given_at, updated_at
                FROM consent WHERE subject = ?1 ORDER BY client
                """, [.text(subject)], Consent.init)
        }
    }

    package func give(_ consent: Consent, with effects: Effects) async throws {
        try await write { transaction in
            try transaction.remember(consent)
            try transaction.record(effects)
        }
    }
}

extension WriteTransaction {
    func consent(of subject: Subject, to client: ClientID) throws -> Consent? {
        try first(
            """
            SELECT subject, client, identity_scope, resource_scopes, given_at, updated_at
            FROM consent WHERE subject = ?1 AND client = ?2
            """, .text(subject), .text(client), read: Consent.init)
    }

    /// Those in which anything at the resource was agreed to.
    func consents(at resource: ResourceIndicator) throws -> [Consent] {
        try all(
            """
            SELECT subject, client, identity_scope, resource_scopes, given_at, updated_at
            FROM consent WHERE instr(resource_scopes, ?1) > 0
            """, .text(resource.rawValue), read: Consent.init
        ).filter { $0.resourceScopes[resource] != nil }
    }

    /// Replaces what was agreed before.
    func remember(_ consent: Consent) throws {
        try run(
            """
            INSERT INTO consent (subject, client, identity_scope, resource_scopes, given_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (subject, client) DO UPDATE SET identity_scope = excluded.identity_scope,
                resource_scopes = excluded.resource_scopes, given_at = excluded.given_at,
                updated_at = excluded.updated_at
            """,
            .text(consent.subject), .text(consent.client), .text(consent.identityScope),
            .lines(consent.resourceScopes), .date(consent.givenAt), .date(consent.updatedAt))
    }
}

extension Consent {
    /// Of the person and the client of an authorization, whose columns are the first of the row. Mostly a person gave at
    /// once all that was agreed to.
    init(_ row: StatementRow, from first: Int32, in authorization: Authorization) throws {
        let isAll = (
            row.isSameText(first, as: Authorization.identityScopeColumn),
            row.isSameText(first + 1, as: Authorization.resourceScopesColumn)
        )
        self.init(
            subject: authorization.subject, client: authorization.client,
            identityScope: isAll.0 ? authorization.identityScope : try row.scope(first),
            resourceScopes: isAll.1 ? authorization.resourceScopes : try row.resourceScopes(first + 1),
            givenAt: try row.date(first + 2),
            updatedAt: try row.date(first + 3))
    }

    fileprivate init(_ row: StatementRow) throws {
        self.init(
            subject: try row.identifier(0), client: try row.identifier(1), identityScope: try row.scope(2),
            resourceScopes: try row.resourceScopes(3), givenAt: try row.date(4), updatedAt: try row.date(5))
    }
}
