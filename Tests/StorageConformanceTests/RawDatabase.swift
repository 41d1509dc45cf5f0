import GRDB

/// Another program at the same file, as an operator's shell or an intruder would be.
struct RawDatabase {
    let queue: DatabaseQueue

    init(_ path: String) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    func execute(_ sql: String) throws { try queue.writeWithoutTransaction { try $0.execute(sql: sql) } }

    func integer(_ sql: String) throws -> Int? { try queue.writeWithoutTransaction { try Int.fetchOne($0, sql: sql) } }

    func texts(_ sql: String) throws -> [String] {
        try queue.writeWithoutTransaction { try String.fetchAll($0, sql: sql) }
    }

    /// How SQLite goes about a statement with two parameters.
    func plan(of sql: String) throws -> [String] {
        try queue.writeWithoutTransaction { database in
            try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN \(sql)", arguments: [0, 0]).map { $0["detail"] }
        }
    }

    func close() throws { try queue.close() }
}
