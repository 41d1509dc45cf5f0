import GRDB
package import JOSE
package import OAuth
package import Storage

extension SQLiteStore: PendingAuthorizationStore {
    package func insert(_ pending: PendingAuthorization, keeping limit: Int) async throws {
        try await write { [waitingRoom] transaction in
            let isVouched = pending.origin.isVouched
            if waitingRoom.isToBeCounted(isVouched: isVouched, limit: limit) {
                let room = try transaction.makeRoomForRequests(areVouched: isVouched, limit: max(1, limit))
                waitingRoom.note(room: room, isVouched: isVouched, limit: limit)
            }
            let decision = pending.decision
            try transaction.run(
                """
                INSERT INTO pending_authorization (hash, origin, browser, client, parameters, fresh_session,
                    decision_subject, decision_is_given, decision_identity_scope, decision_resource_scopes, created_at,
                    expires_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                """,
                .blob(pending.hash), .text(pending.origin.rawValue), pending.browser.map { .blob($0) } ?? .null,
                .text(pending.client), .blob(pending.parameters), .text(pending.freshSession?.rawValue),
                .text(decision?.subject.rawValue), decision.map { .bool($0.isGiven) } ?? .null,
                .text(decision?.identityScope.description), decision.map { .lines($0.resourceScopes) } ?? .null,
                .date(pending.createdAt), .date(pending.expiresAt))
        }
    }

    package func pendingAuthorization(_ hash: TokenHash, at now: NumericDate) async throws -> PendingAuthorization? {
        try point {
            try $0.first(
                """
                SELECT hash, origin, browser, client, parameters, fresh_session, decision_subject, decision_is_given,
                    decision_identity_scope, decision_resource_scopes, created_at, expires_at
                FROM pending_authorization WHERE hash = ?1 AND expires_at > ?2
                """, [.blob(hash), .date(now)], PendingAuthorization.init)
        }
    }

    package func note(freshSession: SessionID, for hash: TokenHash, at now: NumericDate) async throws -> Bool {
        try await write { transaction in
            try transaction.run(
                "UPDATE pending_authorization SET fresh_session = ?3 WHERE hash = ?1 AND expires_at > ?2", .blob(hash),
                .date(now), .text(freshSession)) == 1
        }
    }

    package func note(
        _ decision: ConsentDecision, for hash: TokenHash, remembering question: ConsentQuestion?,
        judgedBy basis: JudgedRegistrations?, at now: NumericDate, with effects: Effects
    ) async throws -> Bool {
        try await write { transaction in
            guard try transaction.mayAct(decision.subject), try transaction.stand(basis) else { return false }
            let noted = try transaction.run(
                """
                UPDATE pending_authorization SET decision_subject = ?3, decision_is_given = ?4,
                    decision_identity_scope = ?5, decision_resource_scopes = ?6
                WHERE hash = ?1 AND expires_at > ?2
                """, .blob(hash), .date(now), .text(decision.subject), .bool(decision.isGiven),
                .text(decision.identityScope), .lines(decision.resourceScopes))
            guard noted == 1 else { return false }
            if decision.isGiven, let question {
                let before = try transaction.consent(of: decision.subject, to: question.client)
                try transaction.remember(Consent(decision, to: question, before: before, at: now))
            }
            try transaction.record(effects)
            return true
        }
    }

    package func take(_ hash: TokenHash, at now: NumericDate) async throws -> PendingAuthorization? {
        try await write { transaction in
            try transaction.first(
                """
                DELETE FROM pending_authorization WHERE hash = ?1 AND expires_at > ?2
                RETURNING hash, origin, browser, client, parameters, fresh_session, decision_subject,
                    decision_is_given, decision_identity_scope, decision_resource_scopes, created_at, expires_at
                """, .blob(hash), .date(now), read: PendingAuthorization.init)
        }
    }
}

extension WriteTransaction {
    /// Whether all that a request was judged by is as it was.
    func stand(_ basis: JudgedRegistrations?) throws -> Bool {
        guard let basis else { return true }
        let client = try integer(
            "SELECT 1 FROM client WHERE id = ?1 AND version = ?2 AND is_enabled = 1", .text(basis.client),
            .integer(basis.version))
        guard client != nil else { return false }
        for (resource, version) in basis.resources {
            let found = try integer(
                "SELECT 1 FROM protected_resource WHERE identifier = ?1 AND version = ?2 AND is_enabled = 1",
                .text(resource.rawValue),
                .integer(version))
            guard found != nil else { return false }
        }
        return true
    }

    /// How many fit in now.
    fileprivate func makeRoomForRequests(areVouched: Bool, limit: Int) throws -> Int {
        let origins = PendingAuthorization.Origin.allCases.filter { $0.isVouched == areVouched }
        let kind = SQLValue.json(origins.map(\.rawValue))
        let count = Int(
            try integer(
                "SELECT count(*) FROM pending_authorization WHERE origin IN (SELECT value FROM json_each(?1))", kind)
                ?? 0)
        let surplus = PendingAuthorization.surplus(of: count, limit: limit)
        guard surplus > 0 else { return limit - count }
        let gone = try run(
            """
            DELETE FROM pending_authorization WHERE rowid IN
                (SELECT rowid FROM pending_authorization WHERE origin IN (SELECT value FROM json_each(?2))
                ORDER BY fresh_session IS NOT NULL OR decision_subject IS NOT NULL, created_at, rowid LIMIT ?1)
            """, .integer(Int64(surplus)), kind)
        return limit - count + gone
    }
}

extension PendingAuthorization {
    fileprivate init(_ row: StatementRow) throws {
        self.init(
            hash: try row.hash(0), origin: try row.choice(1), browser: row.isNull(2) ? nil : try row.hash(2),
            client: try row.identifier(3), parameters: try row.bytes(4),
            freshSession: row.isNull(5) ? nil : try row.identifier(5),
            decision: row.isNull(6) ? nil : try ConsentDecision(row), createdAt: try row.date(10),
            expiresAt: try row.date(11))
    }
}

extension ConsentDecision {
    fileprivate init(_ row: StatementRow) throws {
        self.init(
            subject: try row.identifier(6), isGiven: try row.bool(7), identityScope: try row.scope(8),
            resourceScopes: try row.resourceScopes(9))
    }
}
