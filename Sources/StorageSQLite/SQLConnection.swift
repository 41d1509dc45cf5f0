import GRDB
import GRDBSQLite
import Storage

/// Runs prepared statements on one connection through the C interface; belongs to whoever has the connection.
struct SQLConnection {
    private let connection: OpaquePointer
    private let statements: PreparedStatements

    init(_ connection: OpaquePointer, statements: PreparedStatements) {
        self.connection = connection
        self.statements = statements
    }

    /// For the statements of one query, which are forgotten after it.
    init(_ database: Database) throws {
        guard let connection = database.sqliteConnection else { throw StoreError.closed }
        self.init(connection, statements: PreparedStatements())
    }

    /// Runs a statement to its end; returns how many rows it changed.
    @discardableResult
    func run(_ sql: StaticString, _ values: [SQLValue]) throws -> Int {
        let handle = try prepare(sql, values)
        defer { reset(handle) }
        while try step(handle) {}
        return Int(sqlite3_changes(connection))
    }

    /// The first row.
    func first<Result>(
        _ sql: StaticString, _ values: [SQLValue], _ read: (StatementRow) throws -> Result
    ) throws -> Result? {
        let handle = try prepare(sql, values)
        defer { reset(handle) }
        guard try step(handle) else { return nil }
        let result = try read(StatementRow(handle))
        // A statement with RETURNING has not ended before its last row was asked for; a query changes nothing any more.
        if sqlite3_stmt_readonly(handle) == 0 { while try step(handle) {} }
        return result
    }

    /// All rows.
    func all<Result>(
        _ sql: StaticString, _ values: [SQLValue], _ read: (StatementRow) throws -> Result
    ) throws -> [Result] {
        let handle = try prepare(sql, values)
        defer { reset(handle) }
        var results: [Result] = []
        while try step(handle) { results.append(try read(StatementRow(handle))) }
        return results
    }

    var lastInsertedID: Int64 { sqlite3_last_insert_rowid(connection) }

    /// It starts again from the smallest number when the largest is reached: good for comparing, not for counting.
    var totalChanges: Int32 { sqlite3_total_changes(connection) }

    /// Whether there is no open transaction.
    var isIdle: Bool { sqlite3_get_autocommit(connection) != 0 }

    private func prepare(_ sql: StaticString, _ values: [SQLValue]) throws -> OpaquePointer {
        let handle = try statements.handle(of: sql, on: connection)
        var index: Int32 = 0
        for value in values {
            index &+= 1
            guard bind(value, at: index, of: handle) == SQLITE_OK else { throw SQLiteFailure(of: connection) }
        }
        return handle
    }

    private func bind(_ value: SQLValue, at index: Int32, of handle: OpaquePointer) -> Int32 {
        /// Tells SQLite to copy the bytes.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .integer(let value): return sqlite3_bind_int64(handle, index, value)
        case .null: return sqlite3_bind_null(handle, index)
        case .blob(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, index, 0) }
            return sqlite3_bind_blob(handle, index, bytes, Int32(clamping: bytes.count), copied)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    guard let start = $0.baseAddress else { return sqlite3_bind_text(handle, index, "", 0, copied) }
                    return sqlite3_bind_text(handle, index, start, Int32(clamping: $0.count), copied)
                }
            }
        }
    }

    private func step(_ handle: OpaquePointer) throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: true
        case SQLITE_DONE: false
        default: throw SQLiteFailure(of: connection)
        }
    }

    private func reset(_ handle: OpaquePointer) {
        sqlite3_reset(handle)
        // What was bound may be a secret's hash; it must not stay with the statement.
        sqlite3_clear_bindings(handle)
    }
}
