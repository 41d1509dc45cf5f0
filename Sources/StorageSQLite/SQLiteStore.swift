import Foundation
import GRDB
import GRDBSQLite
import Storage

/// The store in one SQLite file: write-ahead log, fsync before every answer, one process at a time.
package final class SQLiteStore: Sendable {
    /// Without symbolic links.
    package let path: String
    let pool: DatabasePool
    let points: PointReaders
    let reads = OpenReads()
    let writes: WriteQueue
    let limits: SQLiteLimits
    let owners: ReadTurns
    let lists: ReadTurns
    let backups: ReadTurns
    let waitingRoom = WaitingRoom()

    private init(
        path: String, pool: DatabasePool, points: PointReaders, limits: SQLiteLimits, lock: DatabaseLock
    ) {
        self.path = path
        self.pool = pool
        self.points = points
        self.limits = limits
        owners = ReadTurns(limits.readers, mostWaiting: limits.waitingLists)
        lists = ReadTurns(limits.lists, mostWaiting: limits.waitingLists)
        backups = ReadTurns(1, mostWaiting: limits.waitingLists)
        writes = WriteQueue(limits: limits, onRollback: { [waitingRoom] in waitingRoom.forget() })
        writes.start(writingTo: pool, readBy: reads, lockedBy: lock)
    }

    deinit {
        points.close()
        reads.close()
        writes.stop()
    }

    /// Opens the database, or creates it if there is no file, and brings it to the newest schema.
    ///
    /// Throws ``SQLiteOpenError``. A file that is not ours, damaged, or newer than this program is left as it is.
    package static func open(
        path: String, limits: SQLiteLimits = SQLiteLimits(), migrations: [Migration] = Migration.all
    ) async throws -> SQLiteStore {
        let file = try DatabaseFile(path)
        let lock = try DatabaseLock(of: file.path)
        do {
            let schema = SchemaVersion(path: file.path, migrations: migrations)
            switch try file.inspect() {
            case .absent: try create(file, schema: schema)
            case .present: try checkPages(of: file.path)
            }
            let pool = try openPool(file.path, schema: schema, limits: limits)
            let points = try PointReaders(
                path: file.path, count: limits.pointReaders, busyMilliseconds: busyMilliseconds(limits))
            return SQLiteStore(path: file.path, pool: pool, points: points, limits: limits, lock: lock)
        } catch {
            lock.release()
            throw SQLiteOpenError(error, path: file.path)
        }
    }

    /// Finishes what was accepted, writes the log into the database and lets go of it. Later calls throw `.closed`.
    package func close() async {
        // Before the pool, so that the last connection to go is one that may write the log into the database.
        points.close()
        reads.close()
        await writes.close()
    }

    /// A new database gets its name when it is complete, so that an interrupted start leaves nothing half made.
    private static func create(_ file: DatabaseFile, schema: SchemaVersion) throws {
        let temporary = file.path + ".new"
        for suffix in ["", "-journal"] { unlink(temporary + suffix) }
        try DatabaseFile.create(temporary)
        let database = try DatabaseQueue(path: temporary)
        try schema.migrate(database)
        try database.close()
        try DatabaseFile.sync(temporary)
        guard try DatabaseFile.publish(temporary, as: file.path) else {
            throw SQLiteOpenError.failed(path: file.path, detail: "another program created it at this moment")
        }
    }

    private static func openPool(_ path: String, schema: SchemaVersion, limits: SQLiteLimits) throws -> DatabasePool {
        let pool = try DatabasePool(path: path, configuration: configuration(limits))
        do {
            try pool.writeWithoutTransaction { database in
                // Without the right to write, SQLite opens for reading only and says nothing.
                guard sqlite3_db_readonly(database.sqliteConnection, "main") == 0 else {
                    throw SQLiteOpenError.readOnly(path)
                }
                // GRDB sets NORMAL when it opens a pool, and NORMAL loses acknowledged commits with the power.
                try database.execute(sql: "PRAGMA synchronous = FULL")
            }
            try schema.migrate(pool)
            try checkSettings(of: pool)
            return pool
        } catch {
            try? pool.close()
            throw error
        }
    }

    private static func configuration(_ limits: SQLiteLimits) -> Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        // Each read in its turn holds one until its task goes on. The rest is for single rows, which are read without
        // letting go of the thread: if they had to wait for a read that needs this very thread, both would for ever.
        configuration.maximumReaderCount = 2 * limits.readers + limits.lists + 1
        let busyMilliseconds = busyMilliseconds(limits)
        configuration.prepareDatabase { database in
            // Here, because GRDB has a longer time of its own for connections that only read.
            try database.execute(sql: "PRAGMA busy_timeout = \(busyMilliseconds)")
            // A manipulated schema must not call functions with side effects.
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
            // What is deleted, sealed keys among it, is overwritten.
            try database.execute(sql: "PRAGMA secure_delete = ON")
            try database.execute(sql: "PRAGMA cell_size_check = ON")
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
        }
        return configuration
    }

    private static func busyMilliseconds(_ limits: SQLiteLimits) -> Int32 {
        Int32(min(max(0, limits.busyTimeout / .milliseconds(1)), 60_000))
    }

    /// Up to this size a start reads the whole database; `doctor` does so with any.
    private static let quicklyChecked: Int64 = 64 << 20

    /// A page that the disk lost is found now, and not when somebody's revocation was on it. Reads only: opening for
    /// writing would already change the file.
    private static func checkPages(of path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        let database = try DatabaseQueue(path: path, configuration: configuration)
        try database.read { database in
            let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            let size = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0
            guard pages &* size <= quicklyChecked else { return }
            let found = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "ok"
            guard found == "ok" else { throw SQLiteOpenError.damaged(path: path, detail: found) }
        }
        try database.close()
    }

    /// Asks for what was set: a pragma that has no effect reports no error.
    private static func checkSettings(of pool: DatabasePool) throws {
        try pool.writeWithoutTransaction { database in
            let expected = [
                ("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("trusted_schema", "0"),
            ]
            let settings = try durabilitySettings(of: database)
            for (name, value) in expected {
                let found = settings[name] ?? ""
                guard found == value else { throw SQLiteOpenError.setting(name: name, found: found, expected: value) }
            }
        }
    }

    /// The settings that durability depends on, as SQLite answers them now: what the promise suite asserts.
    package func durabilitySettings() throws -> [String: String] {
        do {
            return try reads.runNow { try pool.writeWithoutTransaction { try Self.durabilitySettings(of: $0) } }
        } catch { throw StoreError(error) }
    }

    static func durabilitySettings(of database: Database) throws -> [String: String] {
        var settings: [String: String] = [:]
        for name in [
            "journal_mode", "synchronous", "foreign_keys", "trusted_schema", "secure_delete", "user_version",
        ] {
            settings[name] = try String.fetchOne(database, sql: "PRAGMA \(name)")
        }
        return settings
    }
}

extension SQLiteOpenError {
    init(_ error: any Error, path: String) {
        switch error {
        case let error as SQLiteOpenError:
            self = error
        case let error as DatabaseError:
            let detail = "SQLite error \(error.extendedResultCode.rawValue), \(error.message ?? "")"
            switch error.resultCode {
            case .SQLITE_NOTADB: self = .notADatabase(path)
            case .SQLITE_CORRUPT: self = .damaged(path: path, detail: detail)
            case .SQLITE_READONLY: self = .readOnly(path)
            case .SQLITE_BUSY, .SQLITE_LOCKED: self = .inUse(path: path, pid: nil)
            default: self = .failed(path: path, detail: detail)
            }
        default:
            self = .failed(path: path, detail: String(describing: type(of: error)))
        }
    }
}
