import GRDB

extension SQLiteStore {
    /// What SQLite finds wrong with the file at `path`; empty: nothing. Reads only and takes no lock of ours, so that it
    /// may run beside a server.
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
            try database.close()
            return rows.filter { $0 != "ok" }
        } catch { throw SQLiteOpenError(error, path: path) }
    }
}
