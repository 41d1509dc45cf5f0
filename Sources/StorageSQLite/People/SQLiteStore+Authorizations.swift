import GRDB
package import JOSE
package import OAuth
package import Storage

extension SQLiteStore: AuthorizationStore {
    package func insert(
        _ authorization: Authorization, code: AuthorizationCode, under terms: AuthorizationTerms, with effects: Effects
    ) async throws -> Ended? {
        guard code.grant == authorization.id else { throw StoreError.failed("a code of another authorization") }
        return try await write { transaction in
            let now = SQLValue.date(authorization.createdAt)
            let mayAct = try transaction.integer(
                """
                SELECT 1 FROM session JOIN user ON user.id = session.subject JOIN client ON client.id = ?3
                WHERE session.id = ?1 AND session.subject = ?2 AND session.ended_at IS NULL AND session.expires_at > ?4
                    AND user.is_enabled = 1 AND user.locked_down_at IS NULL AND client.is_enabled = 1
                """, .text(authorization.session), .text(authorization.subject), .text(authorization.client), now)
            guard mayAct != nil, try transaction.stand(terms.basis) else { return nil }
            if terms.demandsConsent {
                let consent = try transaction.consent(of: authorization.subject, to: authorization.client)
                guard let consent, consent.covers(authorization) else { return nil }
            }
            if let pending = terms.pending {
                let spent = try transaction.run(
                    "DELETE FROM pending_authorization WHERE hash = ?1 AND expires_at > ?2", .blob(pending), now)
                guard spent == 1 else { return nil }
            }
            let ended = try transaction.makeRoom(for: authorization, under: terms)
            try transaction.insert(authorization)
            try transaction.insert(code)
            try transaction.run(
                "INSERT INTO session_client (session, client) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                .text(authorization.session), .text(authorization.client))
            try transaction.record(effects)
            return ended
        }
    }

    package func code(_ hash: TokenHash) async throws -> CodeRecord? {
        try point {
            try $0.first(
                """
                SELECT a.id, a.client, a.subject, a.session, a.identity_scope, a.resource_scopes, a.is_offline,
                    a.authenticated_at, a.methods, a.acr, a.nonce, a.claims_request, a.created_at, a.expires_at,
                    a.ended_at, code.redirect_uri, code.challenge, code.expires_at, code.spent_at,
                    CASE WHEN a.is_offline = 0 THEN (SELECT last_seen_at FROM session
                        WHERE id = a.session AND ended_at IS NULL) END,
                    c.identity_scope, c.resource_scopes, c.given_at, c.updated_at
                FROM authorization_code AS code JOIN authorization AS a ON a.id = code.authorization
                    LEFT JOIN consent AS c ON c.subject = a.subject AND c.client = a.client
                WHERE code.hash = ?1
                """, [.blob(hash)]
            ) { row in
                let authorization = try Authorization(row)
                let code = AuthorizationCode(
                    hash: hash, grant: authorization.id, redirectURI: try row.text(15),
                    challenge: try row.optionalText(16), expiresAt: try row.date(17))
                let consent = row.isNull(20) ? nil : try Consent(row, from: 20, in: authorization)
                return CodeRecord(
                    code: code, authorization: authorization, isSpent: !row.isNull(18), isEnded: !row.isNull(14),
                    sessionSeenAt: try row.optionalDate(19), consent: consent,
                    ground: try GrantGround(row, in: authorization.session, consentFrom: 20))
            }
        }
    }

    package func redeem(
        _ hash: TokenHash, on ground: GrantGround?, starting family: RefreshFamily?, at now: NumericDate
    ) async throws -> Redemption {
        try await write { transaction in
            let found = try transaction.first(
                """
                SELECT code.spent_at IS NOT NULL, code.expires_at > ?2,
                    a.ended_at IS NULL AND a.expires_at > ?2
                        AND EXISTS (SELECT 1 FROM user
                            WHERE id = a.subject AND is_enabled = 1 AND locked_down_at IS NULL)
                        AND EXISTS (SELECT 1 FROM session
                            WHERE id = a.session AND ended_at IS NULL AND expires_at > ?2),
                    a.id
                FROM authorization_code AS code JOIN authorization AS a ON a.id = code.authorization
                WHERE code.hash = ?1
                """, .blob(hash), .date(now)
            ) { row in
                (
                    isSpent: try row.bool(0), isInTime: try row.bool(1), mayAct: try row.bool(2),
                    grant: try row.identifier(3, GrantID.self)
                )
            }
            guard let found else { return .missing }
            guard !found.isSpent else { return .replayed }
            guard found.isInTime else { return .missing }
            guard found.mayAct else { return .ended }
            guard try transaction.stands(ground, of: found.grant) else { return .changed }
            let spent = try transaction.run(
                "UPDATE authorization_code SET spent_at = ?2 WHERE hash = ?1 AND spent_at IS NULL", .blob(hash),
                .date(now))
            guard spent == 1 else { return .replayed }
            if let family {
                guard family.grant == found.grant else {
                    throw StoreError.failed("a refresh family of another authorization")
                }
                try transaction.insert(family)
            }
            return .redeemed
        }
    }

    package func authorization(_ id: GrantID) async throws -> Authorization? {
        try point {
            try $0.first(
                """
                SELECT id, client, subject, session, identity_scope, resource_scopes, is_offline, authenticated_at,
                    methods, acr, nonce, claims_request, created_at, expires_at
                FROM authorization WHERE id = ?1 AND ended_at IS NULL
                """, [.text(id)], Authorization.init)
        }
    }

    package func authorizations(of subject: Subject, at now: NumericDate) async throws -> [Authorization] {
        try await several {
            try $0.all(
                """
                SELECT id, client, subject, session, identity_scope, resource_scopes, is_offline, authenticated_at,
                    methods, acr, nonce, claims_request, created_at, expires_at
                FROM authorization AS a
                WHERE subject = ?1 AND ended_at IS NULL AND expires_at > ?2
                    AND (is_offline OR EXISTS (SELECT 1 FROM session
                        WHERE id = a.session AND ended_at IS NULL AND expires_at > ?2))
                ORDER BY client, created_at DESC, id
                """, [.text(subject), .date(now)], Authorization.init)
        }
    }

    package func clients(givenBy subject: Subject) async throws -> [ClientID] {
        try await several {
            try $0.all(
                "SELECT DISTINCT client FROM authorization WHERE subject = ?1 AND ended_at IS NULL ORDER BY client",
                [.text(subject)]
            ) { try $0.identifier(0) }
        }
    }

    package func clients(inSession id: SessionID) async throws -> [ClientID] {
        try await several {
            try $0.all("SELECT client FROM session_client WHERE session = ?1 ORDER BY client", [.text(id)]) {
                try $0.identifier(0)
            }
        }
    }

    package func endReason(of grant: GrantID) async throws -> EndReason? {
        try point {
            try $0.first(
                "SELECT end_reason FROM authorization WHERE id = ?1 AND ended_at IS NOT NULL", [.text(grant)]
            ) { try $0.choice(0) }
        }
    }
}

extension WriteTransaction {
    fileprivate func insert(_ authorization: Authorization) throws {
        try run(
            """
            INSERT INTO authorization (id, client, subject, session, identity_scope, resource_scopes, is_offline,
                authenticated_at, methods, acr, nonce, claims_request, created_at, expires_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            """,
            .text(authorization.id), .text(authorization.client), .text(authorization.subject),
            .text(authorization.session), .text(authorization.identityScope), .lines(authorization.resourceScopes),
            .bool(authorization.isOffline), .date(authorization.authenticatedAt), .words(authorization.methods),
            .text(authorization.acr), .text(authorization.nonce), .text(authorization.claimsRequest),
            .date(authorization.createdAt), .date(authorization.expiresAt))
    }

    fileprivate func insert(_ code: AuthorizationCode) throws {
        try run(
            """
            INSERT INTO authorization_code (hash, authorization, redirect_uri, challenge, expires_at)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """, .blob(code.hash), .text(code.grant), .text(code.redirectURI), .text(code.challenge),
            .date(code.expiresAt))
    }
}

extension Authorization {
    static let identityScopeColumn: Int32 = 4
    static let resourceScopesColumn: Int32 = 5

    /// From the first fourteen columns.
    init(_ row: StatementRow) throws {
        self.init(
            id: try row.identifier(0), client: try row.identifier(1), subject: try row.identifier(2),
            session: try row.identifier(3), identityScope: try row.scope(Self.identityScopeColumn),
            resourceScopes: try row.resourceScopes(Self.resourceScopesColumn),
            isOffline: try row.bool(6), authenticatedAt: try row.date(7), methods: try row.words(8),
            acr: try row.optionalText(9), nonce: try row.optionalText(10), claimsRequest: try row.optionalText(11),
            createdAt: try row.date(12), expiresAt: try row.date(13))
    }
}
