import GRDB
import GRDBSQLite
import Storage

/// The open transaction that a write takes part in: the only way to change the database.
struct WriteTransaction {
    private let connection: OpaquePointer
    private let statements: PreparedStatements
    /// For reading records within the transaction.
    let database: Database

    init(_ database: Database, statements: PreparedStatements) throws {
        guard let connection = database.sqliteConnection else { throw StoreError.closed }
        self.connection = connection
        self.statements = statements
        self.database = database
    }

    /// Runs a statement to its end; returns how many rows it changed.
    @discardableResult
    func run(_ sql: StaticString, _ values: SQLValue...) throws -> Int {
        let handle = try prepare(sql, values)
        defer { reset(handle) }
        while try step(handle) {}
        return Int(sqlite3_changes(connection))
    }

    /// The first column of the first row.
    func integer(_ sql: StaticString, _ values: SQLValue...) throws -> Int64? {
        let handle = try prepare(sql, values)
        defer { reset(handle) }
        guard try step(handle) else { return nil }
        let value = sqlite3_column_type(handle, 0) == SQLITE_NULL ? nil : sqlite3_column_int64(handle, 0)
        // A statement with RETURNING has not ended before its last row was asked for.
        while try step(handle) {}
        return value
    }

    /// The first column of all rows.
    func texts(_ sql: StaticString, _ values: SQLValue...) throws -> [String] {
        let handle = try prepare(sql, values)
        defer { reset(handle) }
        var texts: [String] = []
        while try step(handle) { texts.append(sqlite3_column_text(handle, 0).map { String(cString: $0) } ?? "") }
        return texts
    }

    var lastInsertedID: Int64 { sqlite3_last_insert_rowid(connection) }

    /// Whether SQLite has ended the transaction by itself, as it does when the disk is full.
    var hasEnded: Bool { sqlite3_get_autocommit(connection) != 0 }

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
