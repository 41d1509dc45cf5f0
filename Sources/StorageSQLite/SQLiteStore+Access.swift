import GRDB
import Storage

/// The ways to the database; all of them turn every failure of SQLite into a ``StoreError``.
extension SQLiteStore {
    /// Reads a row or two at once on the calling thread: a hop to another would cost more than the query.
    func read<Result>(_ query: (Database) throws -> Result) throws -> Result {
        do { return try reads.runNow { try pool.read(query) } } catch { throw StoreError(error) }
    }

    /// Reads a row or two at once on the calling thread, through statements that are prepared.
    func point<Result: Sendable>(_ query: @Sendable (SQLConnection) throws -> Result) throws -> Result {
        try points.read(query)
    }

    /// Reads the few rows of one owner, away from the calling thread.
    func readSeveral<Result: Sendable>(
        _ query: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await owners.run { try await readApart(query) }
    }

    private func readApart<Result: Sendable>(
        _ query: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        do { return try await reads.run { try await pool.read(query) } } catch let error as CancellationError {
            throw error
        } catch { throw StoreError(error) }
    }

    /// Reads the few rows of one owner through the C interface, away from the calling thread.
    func several<Result: Sendable>(
        _ query: @escaping @Sendable (SQLConnection) throws -> Result
    ) async throws -> Result {
        try await readSeveral { try query(SQLConnection($0)) }
    }

    /// Reads many rows, when it is its turn among the reads that may take long.
    func list<Result: Sendable>(_ query: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        try await lists.run { try await readApart(query) }
    }

    /// Makes a change, all of it or nothing, and returns when it is on the disk.
    func write<Result: Sendable>(
        _ change: @escaping @Sendable (WriteTransaction) throws -> Result
    ) async throws -> Result {
        try await writes.write(change)
    }
}
