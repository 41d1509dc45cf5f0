import GRDB

extension SQLiteStore {
    /// What a file at `path` says of itself that durability and the next start depend on, as far as it is not what this
    /// program leaves there; empty: nothing. Reads only and takes no lock of ours.
    package static func settingProblems(of path: String) throws -> [String] {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            let settings = try database.read { try durabilitySettings(of: $0) }
            try database.close()
            var problems: [String] = []
            if settings["journal_mode"] != "wal" {
                problems.append("journal_mode is \(settings["journal_mode"] ?? "unknown"), and should be wal")
            }
            let newest = Migration.all.last?.version ?? 0
            let version = settings["user_version"].flatMap { Int($0) } ?? 0
            if version > newest {
                problems.append("the schema has version \(version), and this program knows \(newest)")
            }
            return problems
        } catch { throw SQLiteOpenError(error, path: path) }
    }

    /// What SQLite finds wrong with the file at `path`; empty: nothing. Reads only and takes no lock of ours, so that
    /// it may run beside a server.
    package static func integrityProblems(of path: String) async throws -> [String] {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            let rows = try await database.read { database in
                try String.fetchAll(database, sql: "PRAGMA integrity_check(20)")
                    + Row.fetchAll(database, sql: "PRAGMA foreign_key_check").prefix(20).map { row in
                        "a row of \(String.fromDatabaseValue(row[0]) ?? "a table") refers to one that is missing"
                    }
            }
            let found = try await database.read { try contradictions(in: $0) }
            try database.close()
            return rows.filter { $0 != "ok" } + found
        } catch { throw SQLiteOpenError(error, path: path) }
    }

    /// What this program never writes, one line for each kind: somebody else has changed the file.
    private static let impossible: [(problem: String, sql: String)] = [
        (
            "people cannot sign in with a name that is theirs",
            """
            SELECT count(*) FROM user WHERE NOT EXISTS
                (SELECT 1 FROM login_name WHERE name = user.username AND subject = user.id)
            """
        ),
        (
            "live authorizations are of nobody",
            """
            SELECT count(*) FROM authorization AS a
            WHERE ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM user WHERE id = a.subject)
            """
        ),
        (
            "live authorizations outlive their session",
            """
            SELECT count(*) FROM authorization AS a WHERE ended_at IS NULL AND is_offline = 0
                AND EXISTS (SELECT 1 FROM session WHERE id = a.session AND ended_at IS NOT NULL)
            """
        ),
        ("refresh families have no head", "SELECT count(*) FROM refresh_family WHERE head < 1"),
    ]

    private static func contradictions(in database: Database) throws -> [String] {
        // A file of an earlier version knows nobody.
        guard let version = try Int.fetchOne(database, sql: "PRAGMA user_version"), version >= 2 else { return [] }
        var found: [String] = []
        for (problem, sql) in impossible {
            let count = try Int.fetchOne(database, sql: sql) ?? 0
            if count > 0 { found.append("\(count) \(problem)") }
        }
        return found
    }
}
