import GRDBSQLite

/// The statements of the writing connection, prepared once: preparing costs more than running.
///
/// Belongs to the thread of ``WriteQueue``; keyed by the address of the literal, which is as cheap as a key can be.
final class PreparedStatements {
    private var handles: [UnsafePointer<UInt8>: OpaquePointer] = [:]

    func handle(of sql: StaticString, on connection: OpaquePointer) throws -> OpaquePointer {
        guard sql.hasPointerRepresentation else {
            throw SQLiteFailure(code: SQLITE_MISUSE, message: "no statement text")
        }
        if let handle = handles[sql.utf8Start] { return handle }
        var handle: OpaquePointer?
        let code = sql.utf8Start.withMemoryRebound(to: CChar.self, capacity: sql.utf8CodeUnitCount) {
            sqlite3_prepare_v3(
                connection, $0, Int32(clamping: sql.utf8CodeUnitCount), UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        }
        guard code == SQLITE_OK, let handle else { throw SQLiteFailure(of: connection) }
        handles[sql.utf8Start] = handle
        return handle
    }

    /// A connection with open statements does not close.
    func finalizeAll() {
        for handle in handles.values { sqlite3_finalize(handle) }
        handles = [:]
    }

    deinit { finalizeAll() }
}

extension SQLiteFailure {
    init(of connection: OpaquePointer) {
        let message = sqlite3_errmsg(connection).map { String(cString: $0) } ?? ""
        self.init(code: sqlite3_extended_errcode(connection), message: message)
    }
}
