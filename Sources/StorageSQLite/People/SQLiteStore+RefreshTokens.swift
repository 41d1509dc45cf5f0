import GRDB
package import JOSE
package import OAuth
package import Storage

extension SQLiteStore: RefreshTokenStore {
    package nonisolated(nonsending) func refreshRecord(
        _ grant: GrantID, at now: NumericDate
    ) async throws -> RefreshRecord? {
        try point {
            try $0.first(
                """
                SELECT a.id, a.client, a.subject, a.session, a.identity_scope, a.resource_scopes, a.is_offline,
                    a.authenticated_at, a.methods, a.acr, a.nonce, a.claims_request, a.created_at, a.expires_at,
                    a.ended_at IS NOT NULL OR a.expires_at <= ?2,
                    EXISTS (SELECT 1 FROM user WHERE id = a.subject AND is_enabled = 1 AND locked_down_at IS NULL),
                    a.is_offline OR EXISTS (SELECT 1 FROM session
                        WHERE id = a.session AND ended_at IS NULL AND expires_at > ?2),
                    f.sealed_key, f.head, f.spent, f.repeats, f.repeat_day, f.repeats_on_day, f.created_at,
                    f.last_used_at, f.idle_lifetime, f.expires_at,
                    c.identity_scope, c.resource_scopes, c.given_at, c.updated_at,
                    CASE WHEN a.is_offline = 0 THEN (SELECT last_seen_at FROM session
                        WHERE id = a.session AND ended_at IS NULL AND expires_at > ?2) END
                FROM refresh_family AS f JOIN authorization AS a ON a.id = f.authorization
                    LEFT JOIN consent AS c ON c.subject = a.subject AND c.client = a.client
                WHERE f.authorization = ?1
                """, [.text(grant), .date(now)]
            ) { row in
                let authorization = try Authorization(row)
                let hasConsent = !row.isNull(27)
                return RefreshRecord(
                    family: try RefreshFamily(row, from: 17, of: grant), authorization: authorization,
                    isEnded: try row.bool(14), userMayAct: try row.bool(15), sessionStands: try row.bool(16),
                    sessionSeenAt: try row.optionalDate(31),
                    consent: hasConsent ? try Consent(row, from: 27, in: authorization) : nil,
                    ground: try GrantGround(row, in: authorization.session, consentFrom: 27))
            }
        }
    }

    package nonisolated(nonsending) func rotate(
        _ grant: GrantID, presenting generation: Int64, under policy: RotationPolicy, at now: NumericDate,
        with effects: RotationEffects
    ) async throws -> Rotation {
        try await write {
            try $0.rotate(grant, presenting: generation, under: policy, at: now, with: effects)
        }
    }

    package nonisolated(nonsending) func rotate(
        _ record: RefreshRecord, presenting generation: Int64, under policy: RotationPolicy, at now: NumericDate,
        with effects: RotationEffects
    ) async throws -> Rotation {
        let family = record.family
        let expected = family.judge(presenting: generation, under: policy, at: now)
        return try await write { transaction in
            if case .rotate(let next) = expected, try transaction.replaceAtOnce(record, by: next, at: now) {
                return .rotated(head: next.head)
            }
            return try transaction.rotate(
                family.grant, on: record.ground, presenting: generation, under: policy, at: now, with: effects)
        }
    }
}

extension WriteTransaction {
    /// - Parameter ground: what tokens were struck from; `nil` where none were.
    fileprivate func rotate(
        _ grant: GrantID, on ground: GrantGround? = nil, presenting generation: Int64, under policy: RotationPolicy,
        at now: NumericDate, with effects: RotationEffects
    ) throws -> Rotation {
        guard let (family, mayAct) = try self.family(of: grant, at: now) else { return .missing }
        guard mayAct else { return .ended }
        switch family.judge(presenting: generation, under: policy, at: now) {
        case .rotate(let next):
            guard try stands(ground, of: grant) else { return .changed }
            try replace(family, by: next)
            return .rotated(head: next.head)
        case .repeat(let next):
            guard try stands(ground, of: grant) else { return .changed }
            try replace(family, by: next)
            try record(effects.repeated)
            return .repeated(head: next.head)
        case .reused:
            let ended = try end(.grant(grant), because: .refreshTokenReused, at: now).ended
            try record(effects.reused)
            return .reused(ended)
        case .ahead:
            let ended = try end(.grant(grant), because: .storeRestored, at: now).ended
            try record(effects.ahead)
            return .ahead(ended)
        case .late: return .late
        case .repeatedTooOften: return .repeatedTooOften
        case .ended: return .ended
        }
    }

    /// The plain rotation as one compare-and-set; `false`, and nothing changed, if anything that it rests on is not as it
    /// was read, or may not be used any more. What is judged by moves only with the head; repeats may have been counted
    /// since.
    fileprivate func replaceAtOnce(_ record: RefreshRecord, by next: RefreshFamily, at now: NumericDate) throws -> Bool
    {
        let family = record.family
        // Its index is written once a day, by the way that reads first.
        guard next.sweepDay == family.sweepDay else { return false }
        return try run(
            """
            UPDATE refresh_family SET head = ?3, spent = ?4, repeats = 0, last_used_at = ?5
            WHERE authorization = ?1 AND head = ?2 AND last_used_at = ?6 AND EXISTS
                (SELECT 1 FROM authorization AS a
                WHERE a.id = ?1 AND a.ended_at IS NULL AND a.expires_at > ?7 AND a.session = ?8
                    AND EXISTS (SELECT 1 FROM user WHERE id = a.subject AND is_enabled = 1 AND locked_down_at IS NULL)
                    AND (a.is_offline OR EXISTS (SELECT 1 FROM session
                        WHERE id = ?8 AND ended_at IS NULL AND expires_at > ?7))
                    AND (SELECT identity_scope || char(10, 10) || resource_scopes FROM consent
                        WHERE subject = a.subject AND client = a.client) IS ?9)
            """,
            .text(family.grant), .integer(family.head), .integer(next.head), .spent(next.spent),
            .date(next.lastUsedAt), .date(family.lastUsedAt), .date(now), .text(record.ground.session),
            .text(record.ground.consent)) == 1
    }

    /// Whether what tokens were struck from is still so.
    func stands(_ ground: GrantGround?, of grant: GrantID) throws -> Bool {
        guard let ground else { return true }
        let now = try first(
            """
            SELECT a.session, (SELECT identity_scope || char(10, 10) || resource_scopes FROM consent
                WHERE subject = a.subject AND client = a.client)
            FROM authorization AS a WHERE a.id = ?1
            """, .text(grant)
        ) { GrantGround(session: try $0.identifier(0), consent: $0.isNull(1) ? nil : try $0.text(1)) }
        return now == ground
    }

    /// The family, and whether authorization, user and session let anybody use it.
    fileprivate func family(of grant: GrantID, at now: NumericDate) throws -> (RefreshFamily, mayAct: Bool)? {
        try first(
            """
            SELECT a.ended_at IS NULL AND a.expires_at > ?2
                    AND EXISTS (SELECT 1 FROM user WHERE id = a.subject AND is_enabled = 1 AND locked_down_at IS NULL)
                    AND (a.is_offline OR EXISTS (SELECT 1 FROM session
                        WHERE id = a.session AND ended_at IS NULL AND expires_at > ?2)),
                f.sealed_key, f.head, f.spent, f.repeats, f.repeat_day, f.repeats_on_day, f.created_at, f.last_used_at,
                f.idle_lifetime, f.expires_at
            FROM refresh_family AS f JOIN authorization AS a ON a.id = f.authorization
            WHERE f.authorization = ?1
            """, .text(grant), .date(now)
        ) { (try RefreshFamily($0, from: 1, of: grant), try $0.bool(0)) }
    }

    func insert(_ family: RefreshFamily) throws {
        try run(
            """
            INSERT INTO refresh_family (authorization, sealed_key, head, spent, repeats, repeat_day, repeats_on_day,
                created_at, last_used_at, idle_lifetime, expires_at, sweep_day)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """,
            .text(family.grant), .blob(family.sealedKey), .integer(family.head), .spent(family.spent),
            .integer(Int64(family.repeats)), .integer(family.repeatDay), .integer(Int64(family.repeatsOnDay)),
            .date(family.createdAt), .date(family.lastUsedAt), .integer(family.idleLifetime), .date(family.expiresAt),
            .integer(family.sweepDay))
    }

    /// The compare-and-set of the head: nothing is stored if another transaction was faster.
    fileprivate func replace(_ family: RefreshFamily, by next: RefreshFamily) throws {
        let replaced = try run(
            """
            UPDATE refresh_family SET head = ?3, spent = ?4, repeats = ?5, repeat_day = ?6, repeats_on_day = ?7,
                last_used_at = ?8
            WHERE authorization = ?1 AND head = ?2
            """,
            .text(family.grant), .integer(family.head), .integer(next.head), .spent(next.spent),
            .integer(Int64(next.repeats)), .integer(next.repeatDay), .integer(Int64(next.repeatsOnDay)),
            .date(next.lastUsedAt))
        guard replaced == 1 else { throw StoreError.failed("the head of a refresh family moved within a transaction") }
        guard next.sweepDay != family.sweepDay else { return }
        try run(
            "UPDATE refresh_family SET sweep_day = ?2 WHERE authorization = ?1", .text(family.grant),
            .integer(next.sweepDay))
    }
}

extension GrantGround {
    /// From the two columns of a consent, `NULL` without one.
    init(_ row: StatementRow, in session: SessionID, consentFrom first: Int32) throws {
        self.init(
            session: session, consent: row.isNull(first) ? nil : try row.text(first) + "\n\n" + row.text(first + 1))
    }
}

extension RefreshFamily {
    fileprivate init(_ row: StatementRow, from first: Int32, of grant: GrantID) throws {
        self.init(
            grant: grant, sealedKey: try row.bytes(first), head: try row.integer(first + 1),
            spent: try row.spent(first + 2), repeats: try row.count(first + 3), repeatDay: try row.integer(first + 4),
            repeatsOnDay: try row.count(first + 5), createdAt: try row.date(first + 6),
            lastUsedAt: try row.date(first + 7), idleLifetime: try row.integer(first + 8),
            expiresAt: try row.date(first + 9))
    }
}

extension StatementRow {
    fileprivate func spent(_ index: Int32) throws -> [SpentGeneration] {
        let bytes = try bytes(index)
        guard bytes.count.isMultiple(of: 16) else { throw damaged(index) }
        return stride(from: 0, to: bytes.count, by: 16).map { start in
            func number(_ start: Int) -> Int64 {
                Int64(bitPattern: bytes[start..<(start + 8)].reduce(0) { $0 << 8 | UInt64($1) })
            }
            return SpentGeneration(
                generation: number(start), at: NumericDate(secondsSince1970: number(start + 8)))
        }
    }
}

extension SQLValue {
    fileprivate static func spent(_ generations: [SpentGeneration]) -> SQLValue {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16 * generations.count)
        for generation in generations {
            for number in [generation.generation, generation.at.secondsSince1970] {
                withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
            }
        }
        return .blob(bytes)
    }
}
