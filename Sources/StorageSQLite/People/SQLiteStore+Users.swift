import GRDB
package import JOSE
package import OAuth
package import Storage

extension SQLiteStore: UserStore {
    package func insert(
        _ user: User, password: StoredPassword?, with effects: Effects
    ) async throws -> Insertion {
        try await write { transaction in
            guard try transaction.insert(user) else { return .exists }
            if let password { try transaction.store(password, of: user.id) }
            try transaction.record(effects)
            return .inserted
        }
    }

    package func user(_ id: Subject) async throws -> User? {
        try point {
            try $0.first(
                """
                SELECT id, username, email, is_email_verified, is_enabled, locked_down_at, attributes, groups, roles,
                    created_at, updated_at, version, pending_email, expires_at
                FROM user WHERE id = ?1
                """, [.text(id)], User.init)
        }
    }

    package func user(signingInAs name: LoginName) async throws -> User? {
        try point {
            try $0.first(
                """
                SELECT id, username, email, is_email_verified, is_enabled, locked_down_at, attributes, groups, roles,
                    created_at, updated_at, version, pending_email, expires_at
                FROM user WHERE id = (SELECT subject FROM login_name WHERE name = ?1)
                """, [.text(name.rawValue)], User.init)
        }
    }

    package func users(matching search: String?, after id: Subject?, limit: Int) async throws -> [User] {
        let after = SQLValue.text(id?.rawValue ?? "")
        let limit = SQLValue.integer(Int64(max(0, limit)))
        guard let search else {
            return try await list { database in
                try SQLConnection(database).all(
                    """
                    SELECT id, username, email, is_email_verified, is_enabled, locked_down_at, attributes, groups,
                        roles, created_at, updated_at, version, pending_email, expires_at
                    FROM user WHERE id > ?1 ORDER BY id LIMIT ?2
                    """, [after, limit], User.init)
            }
        }
        // Looks for what no name can begin with.
        guard let prefix = LoginName(search)?.rawValue else { return [] }
        return try await list { database in
            // The last code point is no character, so no name holds it.
            try SQLConnection(database).all(
                """
                SELECT id, username, email, is_email_verified, is_enabled, locked_down_at, attributes, groups, roles,
                    created_at, updated_at, version, pending_email, expires_at
                FROM user WHERE id > ?1 AND id IN (SELECT subject FROM login_name WHERE name >= ?3 AND name < ?4)
                ORDER BY id LIMIT ?2
                """, [after, limit, .text(prefix), .text(prefix + "\u{10FFFF}")], User.init)
        }
    }

    package func update(
        _ user: User, ending target: EndTarget?, at now: NumericDate, with effects: Effects
    ) async throws -> UserChange {
        try await write { transaction in
            guard
                let version = try transaction.integer("SELECT version FROM user WHERE id = ?1", .text(user.id))
            else { return .missing }
            guard version == user.version else { return .conflict }
            guard try !transaction.isTaken(by: user) else { return .exists }
            try transaction.replace(user)
            return try transaction.finish(ending: target, because: user.endReason, at: now, with: effects)
        }
    }

    package func deleteUser(_ id: Subject, at now: NumericDate, with effects: Effects) async throws -> UserChange {
        try await write { transaction in
            guard try transaction.integer("SELECT 1 FROM user WHERE id = ?1", .text(id)) != nil else { return .missing }
            let change = try transaction.finish(
                ending: .subject(id, keeping: nil), because: .accountDeleted, at: now, with: effects)
            // Where the person signed in from is theirs, and nobody needs it any more.
            try transaction.run("DELETE FROM session WHERE subject = ?1", .text(id))
            try transaction.run("DELETE FROM user WHERE id = ?1", .text(id))
            return change
        }
    }

    package func password(of subject: Subject) async throws -> StoredPassword? {
        try point {
            try $0.first(
                "SELECT encoded, changed_at FROM user_password WHERE subject = ?1", [.text(subject)],
                StoredPassword.init)
        }
    }

    package func passwords(notBeginningWith beginning: String, limit: Int) async throws -> [StoredPassword] {
        try await list {
            try SQLConnection($0).all(
                """
                SELECT encoded, changed_at FROM user_password
                WHERE substr(encoded, 1, length(?1)) <> ?1 LIMIT ?2
                """, [.text(beginning), .integer(Int64(max(0, limit)))], StoredPassword.init)
        }
    }

    package func setPassword(
        _ password: StoredPassword, of subject: Subject, replacing old: StoredPassword?, ending target: EndTarget?,
        at now: NumericDate, with effects: Effects
    ) async throws -> UserChange {
        try await write { transaction in
            guard try transaction.integer("SELECT 1 FROM user WHERE id = ?1", .text(subject)) != nil else {
                return .missing
            }
            if let old, try transaction.password(of: subject) != old { return .conflict }
            try transaction.set(password, of: subject, at: now)
            return try transaction.finish(ending: target, because: .passwordChanged, at: now, with: effects)
        }
    }

    package func upgradePassword(
        of subject: Subject, from old: StoredPassword, to new: StoredPassword
    ) async throws -> Bool {
        try await write { transaction in
            try transaction.run(
                "UPDATE user_password SET encoded = ?4 WHERE subject = ?1 AND encoded = ?2 AND changed_at = ?3",
                .text(subject), .text(old.encoded), .date(old.changedAt), .text(new.encoded)) == 1
        }
    }
}

extension WriteTransaction {
    /// `false` if somebody has one of its names, or its id.
    fileprivate func insert(_ user: User) throws -> Bool {
        guard try !isTaken(by: user), try integer("SELECT 1 FROM registration WHERE id = ?1", .text(user.id)) == nil
        else { return false }
        let added = try run(
            """
            INSERT INTO user (id, username, email, is_email_verified, is_enabled, locked_down_at, attributes, groups,
                roles, created_at, updated_at, version, pending_email, expires_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT DO NOTHING
            """,
            .text(user.id), .text(user.username.rawValue), .text(user.email?.rawValue), .bool(user.isEmailVerified),
            .bool(user.isEnabled), .date(user.lockedDownAt), .text(user.attributes.jsonText), .json(user.groups),
            .json(user.roles), .date(user.createdAt), .date(user.updatedAt), .integer(user.version),
            .text(user.pendingEmail?.rawValue), .date(user.expiresAt))
        guard added == 1 else { return false }
        try store(namesOf: user)
        return true
    }

    /// Its names must not be taken.
    func replace(_ user: User) throws {
        try run(
            """
            UPDATE user SET username = ?2, email = ?3, is_email_verified = ?4, is_enabled = ?5, locked_down_at = ?6,
                attributes = ?7, groups = ?8, roles = ?9, updated_at = ?10, pending_email = ?11, expires_at = ?12,
                version = version + 1
            WHERE id = ?1
            """,
            .text(user.id), .text(user.username.rawValue), .text(user.email?.rawValue), .bool(user.isEmailVerified),
            .bool(user.isEnabled), .date(user.lockedDownAt), .text(user.attributes.jsonText), .json(user.groups),
            .json(user.roles), .date(user.updatedAt), .text(user.pendingEmail?.rawValue), .date(user.expiresAt))
        // What lies in a mailbox, perhaps in another's hands, must not open the account when it is opened again.
        if !user.mayAct { try run("UPDATE mail_link SET is_void = 1 WHERE subject = ?1", .text(user.id)) }
        try run("DELETE FROM login_name WHERE subject = ?1", .text(user.id))
        try store(namesOf: user)
    }

    /// Whether somebody else has one of its names. Who only asked for an account keeps nobody else from it.
    func isTaken(by user: User) throws -> Bool {
        try integer(
            """
            SELECT 1 FROM login_name JOIN user ON user.id = login_name.subject
            WHERE name IN (?2, ?3) AND subject <> ?1 AND (user.expires_at IS NULL OR ?4)
            """, .text(user.id), .text(user.username.rawValue), .text(user.email?.rawValue),
            .bool(user.expiresAt != nil)) != nil
    }

    private func store(namesOf user: User) throws {
        // Whoever could stand in the way has been looked for before; what is left gives way.
        let gone = try run(
            """
            DELETE FROM user WHERE expires_at IS NOT NULL AND id <> ?1
                AND id IN (SELECT subject FROM login_name WHERE name IN (?2, ?3))
            """, .text(user.id), .text(user.username.rawValue), .text(user.email?.rawValue))
        if gone > 0 { try append(UnclaimedAccounts.gaveWay(gone, to: user.id, at: user.updatedAt)) }
        for name in Set([user.username, user.email ?? user.username]) {
            try run("INSERT INTO login_name (name, subject) VALUES (?1, ?2)", .text(name.rawValue), .text(user.id))
        }
    }

    fileprivate func store(_ password: StoredPassword, of subject: Subject) throws {
        try run(
            """
            INSERT INTO user_password (subject, encoded, changed_at) VALUES (?1, ?2, ?3)
            ON CONFLICT (subject) DO UPDATE SET encoded = excluded.encoded, changed_at = excluded.changed_at
            """, .text(subject), .text(password.encoded), .date(password.changedAt))
    }

    fileprivate func password(of subject: Subject) throws -> StoredPassword? {
        try first(
            "SELECT encoded, changed_at FROM user_password WHERE subject = ?1", .text(subject),
            read: StoredPassword.init)
    }

    /// Sets a password, after which no link that would set one works any more.
    func set(_ password: StoredPassword, of subject: Subject, at now: NumericDate) throws {
        try store(password, of: subject)
        try run(
            "UPDATE mail_link SET is_void = 1 WHERE subject = ?1 AND purpose <> ?2", .text(subject),
            .text(MailLink.Purpose.verifyAddress.rawValue))
        try run(
            "UPDATE user SET updated_at = ?2, version = version + 1, expires_at = NULL WHERE id = ?1", .text(subject),
            .date(now))
    }

    /// Whether this person may sign in, and what they gave may be used.
    func mayAct(_ subject: Subject) throws -> Bool {
        try integer(
            "SELECT 1 FROM user WHERE id = ?1 AND is_enabled = 1 AND locked_down_at IS NULL", .text(subject)) != nil
    }

    /// What every change of a person ends with.
    func finish(
        ending target: EndTarget?, because reason: EndReason, at now: NumericDate, with effects: Effects
    ) throws -> UserChange {
        try record(effects)
        guard let target else { return .done(Ended()) }
        return .done(try end(target, because: reason, at: now).ended)
    }
}

extension WriteTransaction {
    func user(_ id: Subject) throws -> User? {
        try first(
            """
            SELECT id, username, email, is_email_verified, is_enabled, locked_down_at, attributes, groups, roles,
                created_at, updated_at, version, pending_email, expires_at
            FROM user WHERE id = ?1
            """, .text(id), read: User.init)
    }
}

extension User {
    init(_ row: StatementRow) throws { try self.init(row, from: 0) }

    init(_ row: StatementRow, from first: Int32) throws {
        self.init(
            id: try row.identifier(first), username: LoginName(canonical: try row.text(first + 1)),
            email: try row.optionalText(first + 2).map(LoginName.init(canonical:)),
            isEmailVerified: try row.bool(first + 3),
            pendingEmail: try row.optionalText(first + 12).map(LoginName.init(canonical:)),
            expiresAt: try row.optionalDate(first + 13),
            isEnabled: try row.bool(first + 4), lockedDownAt: try row.optionalDate(first + 5),
            attributes: try row.object(first + 6),
            groups: try row.texts(first + 7), roles: try row.texts(first + 8), createdAt: try row.date(first + 9),
            updatedAt: try row.date(first + 10),
            version: try row.integer(first + 11))
    }
}

extension StoredPassword {
    fileprivate init(_ row: StatementRow) throws {
        self.init(encoded: try row.text(0), changedAt: try row.date(1))
    }
}
