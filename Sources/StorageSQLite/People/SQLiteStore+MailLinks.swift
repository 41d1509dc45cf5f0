import GRDB
package import JOSE
package import OAuth
package import Storage

extension SQLiteStore: MailLinkStore {
    package func insert(_ link: MailLink, perHour: Int, with effects: Effects) async throws -> Bool {
        try await write { transaction in
            let found = try transaction.first(
                """
                SELECT EXISTS (SELECT 1 FROM user WHERE id = ?1),
                    (SELECT count(*) FROM mail_link WHERE subject = ?1 AND purpose = ?2 AND created_at > ?3)
                """, .text(link.subject), .text(link.purpose.rawValue), .date(link.createdAt - .seconds(3600))
            ) { (exists: try $0.bool(0), recent: try $0.count(1)) }
            guard let found, found.exists, found.recent < perHour else { return false }
            try transaction.run(
                "UPDATE mail_link SET is_void = 1 WHERE subject = ?1 AND purpose = ?2", .text(link.subject),
                .text(link.purpose.rawValue))
            try transaction.run(
                """
                INSERT INTO mail_link (hash, purpose, subject, email, created_at, expires_at, is_void, is_mailed)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7)
                """, .blob(link.hash), .text(link.purpose.rawValue), .text(link.subject), .text(link.email.rawValue),
                .date(link.createdAt), .date(link.expiresAt), .bool(link.isMailed))
            try transaction.record(effects)
            return true
        }
    }

    package func mailLink(
        _ hash: TokenHash, for purpose: MailLink.Purpose, at now: NumericDate
    ) async throws -> MailLink? {
        try point {
            try $0.first(
                """
                SELECT link.hash, link.purpose, link.subject, link.email, link.created_at, link.expires_at,
                    link.is_mailed
                FROM mail_link AS link JOIN user ON user.id = link.subject
                    AND (user.email = link.email
                        OR (link.purpose = 'verifyAddress' AND user.pending_email = link.email))
                WHERE link.hash = ?1 AND link.purpose = ?2 AND link.expires_at > ?3 AND link.is_void = 0
                    AND user.is_enabled = 1 AND user.locked_down_at IS NULL
                """, [.blob(hash), .text(purpose.rawValue), .date(now)], MailLink.init)
        }
    }

    package func mailLinks(
        for purpose: MailLink.Purpose, after subject: Subject?, limit: Int, at now: NumericDate
    ) async throws -> [MailLink] {
        try await several {
            try $0.all(
                """
                SELECT link.hash, link.purpose, link.subject, link.email, link.created_at, link.expires_at,
                    link.is_mailed
                FROM mail_link AS link JOIN user ON user.id = link.subject
                    AND (user.email = link.email
                        OR (link.purpose = 'verifyAddress' AND user.pending_email = link.email))
                WHERE link.subject > ?1 AND link.purpose = ?2 AND link.expires_at > ?3 AND link.is_void = 0
                    AND user.is_enabled = 1 AND user.locked_down_at IS NULL
                ORDER BY link.subject LIMIT ?4
                """,
                [
                    .text(subject?.rawValue ?? ""), .text(purpose.rawValue), .date(now),
                    .integer(Int64(max(0, limit))),
                ], MailLink.init)
        }
    }

    package func mailLinks(to subject: Subject, at now: NumericDate) async throws -> [MailLink] {
        try await several {
            try $0.all(
                """
                SELECT hash, purpose, subject, email, created_at, expires_at, is_mailed
                FROM mail_link WHERE subject = ?1 AND expires_at > ?2 AND is_void = 0 ORDER BY created_at, purpose
                """, [.text(subject), .date(now)], MailLink.init)
        }
    }

    package func withdrawLinks(
        of subject: Subject, for purpose: MailLink.Purpose, at now: NumericDate, with effects: Effects
    ) async throws -> Bool {
        try await write { transaction in
            let withdrawn = try transaction.run(
                """
                UPDATE mail_link SET is_void = 1
                WHERE subject = ?1 AND purpose = ?2 AND is_void = 0 AND expires_at > ?3
                """, .text(subject), .text(purpose.rawValue), .date(now))
            guard withdrawn > 0 else { return false }
            try transaction.record(effects)
            return true
        }
    }

    package func verifyAddress(
        spending hash: TokenHash, at now: NumericDate, with effects: Effects
    ) async throws -> Subject? {
        try await write { transaction in
            let address = try transaction.first("SELECT email FROM mail_link WHERE hash = ?1", .blob(hash)) {
                LoginName(canonical: try $0.text(0))
            }
            guard let address, let subject = try transaction.owner(of: hash, for: .verifyAddress, at: now),
                var proven = try transaction.user(subject)?.proving(address), try !transaction.isTaken(by: proven)
            else { return nil }
            proven.updatedAt = now
            try transaction.void(hash)
            try transaction.replace(proven)
            try transaction.record(effects)
            return subject
        }
    }

    package func setPassword(
        _ password: StoredPassword, spending hash: TokenHash, for purpose: MailLink.Purpose, at now: NumericDate,
        with effects: Effects
    ) async throws -> UserChange {
        guard purpose != .verifyAddress else { return .missing }
        return try await write { transaction in
            guard let subject = try transaction.spend(hash, for: purpose, at: now) else { return .missing }
            // A link that an administrator handed over says nothing of the mailbox.
            try transaction.run(
                """
                UPDATE user SET is_email_verified = 1
                WHERE id = ?1 AND EXISTS (SELECT 1 FROM mail_link WHERE hash = ?2 AND is_mailed = 1)
                """, .text(subject), .blob(hash))
            try transaction.set(password, of: subject, at: now)
            return try transaction.finish(
                ending: .subject(subject, keeping: nil), because: .passwordChanged, at: now, with: effects)
        }
    }
}

extension WriteTransaction {
    /// Whose link it was; `nil` if it does not work (any more).
    fileprivate func spend(_ hash: TokenHash, for purpose: MailLink.Purpose, at now: NumericDate) throws -> Subject? {
        guard let subject = try owner(of: hash, for: purpose, at: now) else { return nil }
        try void(hash)
        return subject
    }

    fileprivate func owner(of hash: TokenHash, for purpose: MailLink.Purpose, at now: NumericDate) throws -> Subject? {
        try first(
            """
            SELECT link.subject FROM mail_link AS link JOIN user ON user.id = link.subject
                AND (user.email = link.email OR (link.purpose = 'verifyAddress' AND user.pending_email = link.email))
            WHERE link.hash = ?1 AND link.purpose = ?2 AND link.expires_at > ?3 AND link.is_void = 0
                AND user.is_enabled = 1 AND user.locked_down_at IS NULL
            """, .blob(hash), .text(purpose.rawValue), .date(now)
        ) { try $0.identifier(0) }
    }

    fileprivate func void(_ hash: TokenHash) throws {
        try run("UPDATE mail_link SET is_void = 1 WHERE hash = ?1", .blob(hash))
    }
}

extension MailLink {
    fileprivate init(_ row: StatementRow) throws {
        self.init(
            hash: try row.hash(0), purpose: try row.choice(1), subject: try row.identifier(2),
            email: LoginName(canonical: try row.text(3)), createdAt: try row.date(4), expiresAt: try row.date(5),
            isMailed: try row.bool(6))
    }
}
