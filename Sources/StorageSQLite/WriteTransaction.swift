import GRDB
import Storage

/// The open transaction that a write takes part in: the only way to change the database.
struct WriteTransaction {
    private let connection: SQLConnection
    /// For reading records within the transaction.
    let database: Database

    init(_ database: Database, statements: PreparedStatements) throws {
        guard let connection = database.sqliteConnection else { throw StoreError.closed }
        self.connection = SQLConnection(connection, statements: statements)
        self.database = database
    }

    /// Runs a statement to its end; returns how many rows it changed.
    @discardableResult
    func run(_ sql: StaticString, _ values: SQLValue...) throws -> Int { try connection.run(sql, values) }

    /// The first row.
    func first<Result>(
        _ sql: StaticString, _ values: SQLValue..., read: (StatementRow) throws -> Result
    ) throws -> Result? {
        try connection.first(sql, values, read)
    }

    func all<Result>(
        _ sql: StaticString, _ values: SQLValue..., read: (StatementRow) throws -> Result
    ) throws -> [Result] {
        try connection.all(sql, values, read)
    }

    /// The first column of the first row.
    func integer(_ sql: StaticString, _ values: SQLValue...) throws -> Int64? {
        try connection.first(sql, values) { $0.isNull(0) ? nil : try $0.integer(0) }.flatMap { $0 }
    }

    /// The first column of all rows.
    func texts(_ sql: StaticString, _ values: SQLValue...) throws -> [String] {
        try connection.all(sql, values) { try $0.text(0) }
    }

    var lastInsertedID: Int64 { connection.lastInsertedID }

    /// Rows inserted, changed and deleted since the connection was opened, by triggers and foreign keys too.
    var totalChanges: Int32 { connection.totalChanges }

    /// Whether SQLite has ended the transaction by itself, as it does when the disk is full.
    var hasEnded: Bool { connection.isIdle }
}
