package import JOSE
package import OAuth
package import Storage

extension SQLiteStore: APIKeyStore {
    package func insert(_ key: APIKey, most: Int, with effects: Effects) async throws -> APIKeyInsertion {
        try await write { transaction in
            guard try transaction.mayOwnKeys(key) else { return .missing }
            guard try transaction.liveKeys(like: key) < Int64(most) else { return .full }
            try transaction.insert(key)
            try transaction.record(effects)
            return .done
        }
    }

    package func apiKey(_ hash: TokenHash) async throws -> APIKey? {
        try point {
            try $0.first(
                """
                SELECT id, hash, owner_kind, owner, name, resource_scopes, networks, quota_uses, quota_period, is_direct,
                    created_at, expires_at, last_used_at, successor, ended_at, end_reason
                FROM api_key WHERE hash = ?1
                """, [.blob(hash)], APIKey.init)
        }
    }

    package func apiKey(_ id: GrantID) async throws -> APIKey? {
        try point {
            try $0.first(
                """
                SELECT id, hash, owner_kind, owner, name, resource_scopes, networks, quota_uses, quota_period, is_direct,
                    created_at, expires_at, last_used_at, successor, ended_at, end_reason
                FROM api_key WHERE id = ?1
                """, [.text(id)], APIKey.init)
        }
    }

    package func apiKeys(of owner: APIKeyOwner) async throws -> [APIKey] {
        let (kind, name) = owner.columns
        return try await several {
            try $0.all(
                """
                SELECT id, hash, owner_kind, owner, name, resource_scopes, networks, quota_uses, quota_period, is_direct,
                    created_at, expires_at, last_used_at, successor, ended_at, end_reason
                FROM api_key WHERE owner_kind = ?1 AND owner = ?2 ORDER BY created_at DESC, id
                """, [kind, name], APIKey.init)
        }
    }

    package func apiKeys(after id: GrantID?, limit: Int) async throws -> [APIKey] {
        try await list { database in
            try SQLConnection(database).all(
                """
                SELECT id, hash, owner_kind, owner, name, resource_scopes, networks, quota_uses, quota_period, is_direct,
                    created_at, expires_at, last_used_at, successor, ended_at, end_reason
                FROM api_key WHERE id > ?1 ORDER BY id LIMIT ?2
                """, [.text(id?.rawValue ?? ""), .integer(Int64(max(0, limit)))], APIKey.init)
        }
    }

    package func reroll(
        _ id: GrantID, to successor: APIKey, until end: NumericDate, most: Int, with effects: Effects
    ) async throws -> APIKeyReroll {
        try await write { transaction in
            let now = SQLValue.date(successor.createdAt)
            let found = try transaction.first(
                """
                SELECT successor IS NOT NULL, end_reason IS 'keyLeaked',
                    ended_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)
                FROM api_key WHERE id = ?1
                """, .text(id), now
            ) { (isRerolled: try $0.bool(0), isLeaked: try $0.bool(1), isLive: try $0.bool(2)) }
            guard let found, try transaction.mayOwnKeys(successor) else { return .missing }
            guard !found.isRerolled else { return .rerolled }
            guard found.isLeaked || found.isLive else { return .ended }
            // What lives on beside its successor is counted apart; a successor of what is dead counts as a new key.
            if !found.isLive || end > successor.createdAt {
                let counted = try transaction.liveKeys(like: successor, rerolledOnly: found.isLive)
                guard counted < Int64(most) else { return .full }
            }
            try transaction.run(
                """
                UPDATE api_key SET successor = ?2, expires_at = min(coalesce(expires_at, ?3), ?3) WHERE id = ?1
                """, .text(id), .text(successor.id), .date(end))
            try transaction.insert(successor)
            try transaction.record(effects)
            return .done
        }
    }

    package func touchAPIKey(_ id: GrantID, at now: NumericDate) async throws {
        _ = try await write {
            try $0.run(
                """
                UPDATE api_key SET last_used_at = ?2
                WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at <= ?2 - 60)
                """, .text(id), .date(now))
        }
    }
}

extension WriteTransaction {
    /// Whether the owner is there and may act, and every resource is registered.
    fileprivate func mayOwnKeys(_ key: APIKey) throws -> Bool {
        let owner: Int64? =
            switch key.owner {
            case .person(let subject):
                try integer(
                    "SELECT 1 FROM user WHERE id = ?1 AND is_enabled = 1 AND locked_down_at IS NULL", .text(subject))
            case .client(let client):
                try integer("SELECT 1 FROM client WHERE id = ?1 AND is_enabled = 1", .text(client))
            case .nobody: 1
            }
        guard owner != nil else { return false }
        for resource in key.resourceScopes.keys.sorted() {
            let found = try integer("SELECT 1 FROM protected_resource WHERE identifier = ?1", .text(resource.rawValue))
            guard found != nil else { return false }
        }
        return true
    }

    /// How many keys the owner has that live when `key` is made.
    fileprivate func liveKeys(like key: APIKey, rerolledOnly: Bool = false) throws -> Int64 {
        let (kind, owner) = key.owner.columns
        return try integer(
            """
            SELECT count(*) FROM api_key WHERE owner_kind = ?1 AND owner = ?2 AND ended_at IS NULL
                AND (expires_at IS NULL OR expires_at > ?3) AND (successor IS NOT NULL OR NOT ?4)
            """, kind, owner, .date(key.createdAt), .bool(rerolledOnly)) ?? 0
    }

    fileprivate func insert(_ key: APIKey) throws {
        let (kind, owner) = key.owner.columns
        try run(
            """
            INSERT INTO api_key (id, hash, owner_kind, owner, name, resource_scopes, networks, quota_uses, quota_period,
                is_direct, created_at, expires_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """, .text(key.id), .blob(key.hash), kind, owner, .text(key.name), .lines(key.resourceScopes),
            .words(key.networks), key.quota.map { .integer($0.uses) } ?? .null,
            key.quota.map { .integer($0.period) } ?? .null, .bool(key.isDirect), .date(key.createdAt),
            .date(key.expiresAt))
    }

    /// Ends the keys that go with a target; an account that is deleted leaves no name behind in them.
    func endKeys(of target: EndTarget, because reason: EndReason, at now: NumericDate) throws -> [String] {
        let (moment, cause) = (SQLValue.date(now), SQLValue.text(reason.rawValue))
        switch target {
        case .key(let id):
            return try texts(
                "UPDATE api_key SET ended_at = ?2, end_reason = ?3 WHERE id = ?1 AND ended_at IS NULL RETURNING id",
                .text(id), moment, cause)
        case .subject(let subject, _):
            guard reason.endsKeys else { return [] }
            if reason == .accountDeleted {
                try run("UPDATE api_key SET name = '' WHERE owner_kind = 'person' AND owner = ?1", .text(subject))
            }
            return try texts(
                """
                UPDATE api_key SET ended_at = ?2, end_reason = ?3
                WHERE owner_kind = 'person' AND owner = ?1 AND ended_at IS NULL RETURNING id
                """, .text(subject), moment, cause)
        case .client(let client):
            guard reason.endsKeys else { return [] }
            return try texts(
                """
                UPDATE api_key SET ended_at = ?2, end_reason = ?3
                WHERE owner_kind = 'client' AND owner = ?1 AND ended_at IS NULL RETURNING id
                """, .text(client), moment, cause)
        case .resource(let resource):
            return try texts(
                """
                UPDATE api_key SET ended_at = ?2, end_reason = ?3
                WHERE instr(char(10) || replace(resource_scopes, char(10), ' ' || char(10)) || ' ',
                        char(10) || ?1 || ' ') > 0
                    AND ended_at IS NULL RETURNING id
                """, .text(resource.rawValue), moment, cause)
        case .session, .grant, .application: return []
        }
    }
}

extension APIKeyOwner {
    fileprivate var columns: (kind: SQLValue, name: SQLValue) {
        switch self {
        case .person(let subject): (.text("person"), .text(subject))
        case .client(let client): (.text("client"), .text(client))
        case .nobody: (.text("nobody"), .text(""))
        }
    }
}

extension APIKey {
    /// A row of all columns in the order of the table.
    fileprivate init(_ row: StatementRow) throws {
        let owner: APIKeyOwner
        switch try row.text(2) {
        case "person": owner = .person(try row.identifier(3))
        case "client": owner = .client(try row.identifier(3))
        case "nobody": owner = .nobody
        default: throw row.damaged(2)
        }
        self.init(
            id: try row.identifier(0), hash: try row.hash(1), owner: owner, name: try row.text(4),
            resourceScopes: try row.resourceScopes(5), networks: try row.words(6),
            quota: row.isNull(7) ? nil : APIKeyQuota(uses: try row.integer(7), period: try row.integer(8)),
            isDirect: try row.bool(9), createdAt: try row.date(10), expiresAt: try row.optionalDate(11))
        lastUsedAt = try row.optionalDate(12)
        successor = row.isNull(13) ? nil : try row.identifier(13)
        endedAt = try row.optionalDate(14)
        endReason = row.isNull(15) ? nil : try row.choice(15)
    }
}
