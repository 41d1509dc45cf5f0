import GRDBSQLite
import Storage
import Synchronization

/// Connections for reads of a row or two through the C interface, each with its statements prepared: a pool that
/// begins a transaction for each read takes three times as long as the read.
final class PointReaders: Sendable {
    /// One connection and who may use it.
    private final class Reader: Sendable {
        let connection: Mutex<PointReader?>
        init(_ connection: sending PointReader) { self.connection = Mutex(connection) }
    }

    private let readers: [Reader]
    /// Whom to wait for while all are busy.
    private let turn = Atomic<Int>(0)

    init(path: String, count: Int, busyMilliseconds: Int32) throws {
        var readers: [Reader] = []
        for _ in 0..<max(1, count) {
            readers.append(Reader(try PointReader(path: path, busyMilliseconds: busyMilliseconds)))
        }
        self.readers = readers
    }

    /// Each statement sees all that was committed before it.
    ///
    /// The first connection that is free, always in the same order: every commit empties the page cache of each
    /// connection that reads after it, so turns would have all of them read the same pages again.
    func read<Result: Sendable>(_ query: @Sendable (SQLConnection) throws -> Result) throws -> Result {
        for reader in readers {
            if let result = try reader.connection.withLockIfAvailable({ try Self.run(query, on: $0) }) { return result }
        }
        let next = turn.wrappingAdd(1, ordering: .relaxed).oldValue & Int(Int32.max)
        return try readers[next % readers.count].connection.withLock { try Self.run(query, on: $0) }
    }

    private static func run<Result>(
        _ query: @Sendable (SQLConnection) throws -> Result, on reader: PointReader?
    ) throws -> Result {
        guard let reader else { throw StoreError.closed }
        do { return try query(reader.sql) } catch { throw StoreError(error) }
    }

    /// Later reads throw `.closed`.
    func close() {
        for reader in readers { reader.connection.withLock { $0 = nil } }
    }
}

/// A connection that only reads.
private final class PointReader {
    private let connection: OpaquePointer
    private let statements = PreparedStatements()

    init(path: String, busyMilliseconds: Int32) throws {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw SQLiteFailure(code: code, message: "a connection for reading cannot be opened")
        }
        connection = opened
        sqlite3_busy_timeout(opened, busyMilliseconds)
        try sql.run("PRAGMA trusted_schema = OFF", [])
        try sql.run("PRAGMA cell_size_check = ON", [])
        try sql.run("PRAGMA query_only = ON", [])
    }

    var sql: SQLConnection { SQLConnection(connection, statements: statements) }

    deinit {
        statements.finalizeAll()
        sqlite3_close_v2(connection)
    }
}
