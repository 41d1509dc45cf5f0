import GRDB
package import JOSE
package import OAuth
package import Storage

extension SQLiteStore: SessionStore {
    package func insert(
        _ session: Session, replacing old: SessionID?, knowing browser: KnownBrowser?, asOf version: Int64?,
        keeping most: Int, with effects: Effects
    ) async throws -> Ended? {
        try await write { transaction in
            let now = session.createdAt
            guard
                let stored = try transaction.integer(
                    "SELECT version FROM user WHERE id = ?1 AND is_enabled = 1 AND locked_down_at IS NULL",
                    .text(session.subject)), version ?? stored == stored
            else { return nil }
            let isCarried = try old.map { try transaction.isLive($0, of: session.subject, at: now) } ?? false
            var ended = Ended()
            if let old, old == session.id {
                guard isCarried else { return nil }
                try transaction.renew(session)
            } else {
                guard try transaction.isFree(session.id) else { return nil }
                try transaction.insert(session)
                if let old, isCarried { ended = try transaction.carry(old, to: session.id, at: now) }
                if let old, !isCarried { ended = try transaction.end(.session(old), because: .replaced, at: now).ended }
                ended.add(try transaction.makeRoom(beside: session, keeping: most))
            }
            if let browser { try transaction.know(browser) }
            try transaction.record(effects)
            return ended
        }
    }

    package func session(_ hash: TokenHash, at now: NumericDate) async throws -> Session? {
        try point {
            try $0.first(
                """
                SELECT id, hash, subject, authenticated_at, methods, created_at, last_seen_at, expires_at, address,
                    user_agent
                FROM session WHERE hash = ?1 AND ended_at IS NULL AND expires_at > ?2
                """, [.blob(hash), .date(now)], Session.init)
        }
    }

    package func session(_ id: SessionID, at now: NumericDate) async throws -> Session? {
        try point {
            try $0.first(
                """
                SELECT id, hash, subject, authenticated_at, methods, created_at, last_seen_at, expires_at, address,
                    user_agent
                FROM session WHERE id = ?1 AND ended_at IS NULL AND expires_at > ?2
                """, [.text(id), .date(now)], Session.init)
        }
    }

    package func sessions(of subject: Subject, at now: NumericDate) async throws -> [Session] {
        try await several {
            try $0.all(
                """
                SELECT id, hash, subject, authenticated_at, methods, created_at, last_seen_at, expires_at, address,
                    user_agent
                FROM session WHERE subject = ?1 AND ended_at IS NULL AND expires_at > ?2 ORDER BY created_at DESC, id
                """, [.text(subject), .date(now)], Session.init)
        }
    }

    package func touch(_ id: SessionID, at now: NumericDate) async throws {
        try await write { transaction in
            _ = try transaction.run(
                """
                UPDATE session SET last_seen_at = ?2
                WHERE id = ?1 AND ended_at IS NULL AND expires_at > ?2 AND last_seen_at < ?2
                """, .text(id), .date(now))
        }
    }
}

extension SQLiteStore: KnownBrowserStore {
    package func isKnown(_ browser: TokenHash, to subject: Subject) async throws -> Bool {
        try point {
            try $0.first(
                "SELECT 1 FROM known_browser WHERE subject = ?1 AND hash = ?2", [.text(subject), .blob(browser)]
            ) { _ in true } ?? false
        }
    }

    package func browsers(of subject: Subject) async throws -> [KnownBrowser] {
        try await several {
            try $0.all(
                """
                SELECT hash, last_seen_at FROM known_browser WHERE subject = ?1 ORDER BY last_seen_at DESC, id DESC
                """, [.text(subject)]
            ) { KnownBrowser(subject: subject, hash: try $0.hash(0), lastSeenAt: try $0.date(1)) }
        }
    }

    package func forgetBrowsers(of subject: Subject, keeping browser: TokenHash?) async throws {
        try await write { transaction in
            _ = try transaction.run(
                "DELETE FROM known_browser WHERE subject = ?1 AND hash IS NOT ?2", .text(subject),
                browser.map { .blob($0) } ?? .null)
        }
    }
}

extension WriteTransaction {
    fileprivate func isLive(_ id: SessionID, of subject: Subject, at now: NumericDate) throws -> Bool {
        try integer(
            "SELECT 1 FROM session WHERE id = ?1 AND subject = ?2 AND ended_at IS NULL AND expires_at > ?3", .text(id),
            .text(subject), .date(now)) != nil
    }

    fileprivate func isFree(_ id: SessionID) throws -> Bool {
        try integer("SELECT 1 FROM session WHERE id = ?1", .text(id)) == nil
    }

    fileprivate func insert(_ session: Session) throws {
        try run(
            """
            INSERT INTO session (id, hash, subject, authenticated_at, methods, created_at, last_seen_at, expires_at,
                address, user_agent)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """,
            .text(session.id), .blob(session.hash), .text(session.subject), .date(session.authenticatedAt),
            .words(session.methods), .date(session.createdAt), .date(session.lastSeenAt), .date(session.expiresAt),
            .text(session.address), .text(session.userAgent))
    }

    /// Ends what was used longest ago, beyond so many.
    fileprivate func makeRoom(beside new: Session, keeping most: Int) throws -> Ended {
        let surplus = try texts(
            """
            SELECT id FROM session WHERE subject = ?1 AND ended_at IS NULL AND expires_at > ?2 AND id <> ?3
            ORDER BY last_seen_at DESC, created_at DESC, id DESC LIMIT ?5 OFFSET ?4
            """, .text(new.subject), .date(new.createdAt), .text(new.id), .integer(Int64(max(1, most) - 1)),
            .integer(Int64(Session.endedAtOnce)))
        var ended = Ended()
        for id in surplus {
            ended.add(try end(.session(SessionID(unchecked: id)), because: .replaced, at: new.createdAt).ended)
        }
        return ended
    }

    /// Gives a session a new secret and new times.
    fileprivate func renew(_ session: Session) throws {
        try run(
            """
            UPDATE session SET hash = ?2, authenticated_at = ?3, methods = ?4, created_at = ?5, last_seen_at = ?6,
                expires_at = ?7, address = ?8, user_agent = ?9
            WHERE id = ?1
            """,
            .text(session.id), .blob(session.hash), .date(session.authenticatedAt), .words(session.methods),
            .date(session.createdAt), .date(session.lastSeenAt), .date(session.expiresAt), .text(session.address),
            .text(session.userAgent))
    }

    /// Lets what was given in one session go on in another, and ends the first.
    fileprivate func carry(_ old: SessionID, to new: SessionID, at now: NumericDate) throws -> Ended {
        try run(
            "UPDATE session SET ended_at = ?2, end_reason = ?3 WHERE id = ?1", .text(old), .date(now),
            .text(EndReason.replaced.rawValue))
        try run(
            "UPDATE authorization SET session = ?2 WHERE session = ?1 AND ended_at IS NULL", .text(old), .text(new))
        try run("UPDATE session_client SET session = ?2 WHERE session = ?1", .text(old), .text(new))
        return Ended(sessions: [old])
    }

    fileprivate func know(_ browser: KnownBrowser) throws {
        try run(
            """
            INSERT INTO known_browser (subject, hash, last_seen_at) VALUES (?1, ?2, ?3)
            ON CONFLICT (subject, hash) DO UPDATE SET last_seen_at = excluded.last_seen_at
            """, .text(browser.subject), .blob(browser.hash), .date(browser.lastSeenAt))
        try run(
            """
            DELETE FROM known_browser WHERE id IN
                (SELECT id FROM known_browser WHERE subject = ?1 ORDER BY last_seen_at DESC, id DESC LIMIT -1 OFFSET ?2)
            """, .text(browser.subject), .integer(Int64(KnownBrowser.maximumPerSubject)))
    }
}

extension Session {
    fileprivate init(_ row: StatementRow) throws {
        self.init(
            id: try row.identifier(0), hash: try row.hash(1), subject: try row.identifier(2),
            authenticatedAt: try row.date(3), methods: try row.words(4), createdAt: try row.date(5),
            lastSeenAt: try row.date(6), expiresAt: try row.date(7), address: try row.text(8),
            userAgent: try row.text(9))
    }
}
