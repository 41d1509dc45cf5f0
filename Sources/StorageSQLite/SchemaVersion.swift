import GRDB

/// Brings a database to the newest schema, step by step, and never back.
struct SchemaVersion {
    /// `TSRA`: tells our databases from those of other programs.
    static let applicationID = 0x5453_5241

    let path: String
    let migrations: [Migration]

    private var newest: Int { migrations.last?.version ?? 0 }

    func migrate(_ writer: some DatabaseWriter) throws {
        try writer.writeWithoutTransaction { database in
            let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
            try checkOwner(of: database, version: found)
            guard found <= newest else { throw SQLiteOpenError.tooNew(path: path, found: found, known: newest) }
            for migration in migrations where migration.version > found { try run(migration, on: database) }
        }
    }

    private func checkOwner(of database: Database, version: Int) throws {
        let owner = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        guard owner != Self.applicationID else { return }
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        guard owner == 0, version == 0, tables == 0 else { throw SQLiteOpenError.foreign(path) }
    }

    /// All of a step or nothing: the version changes in the same transaction.
    private func run(_ migration: Migration, on database: Database) throws {
        // A step may rebuild a table to which others refer; what it leaves is checked before it is committed.
        try database.execute(sql: "PRAGMA foreign_keys = OFF")
        try database.inTransaction(.immediate) {
            try database.execute(sql: migration.sql)
            guard try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") == nil else {
                throw SQLiteOpenError.failed(
                    path: path, detail: "migration \(migration.version) leaves rows that refer to nothing")
            }
            // These take no parameters; both are numbers of this program.
            try database.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
            try database.execute(sql: "PRAGMA user_version = \(migration.version)")
            return .commit
        }
        try database.execute(sql: "PRAGMA foreign_keys = ON")
    }
}
