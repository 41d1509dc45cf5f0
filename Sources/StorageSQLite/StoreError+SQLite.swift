import GRDB
import Storage

extension StoreError {
    /// What a failure of the database means to those above; the SQL and its values stay here.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(error)
        case let error as SQLiteFailure: self.init(code: error.code, message: error.message)
        default: self = .failed(String(describing: type(of: error)))
        }
    }

    private init(_ error: DatabaseError) {
        // GRDB reports the use of a closed connection this way.
        guard error.message != "Connection is closed" else {
            self = .closed
            return
        }
        self.init(code: error.extendedResultCode.rawValue, message: error.message ?? "")
    }

    private init(code: Int32, message: String) {
        switch ResultCode(rawValue: code & 0xFF) {
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged("database: SQLite error \(code), \(message)")
        default: self = .failed("SQLite error \(code), \(message)")
        }
    }
}

/// A failed call of SQLite's C interface.
struct SQLiteFailure: Error, Hashable, Sendable {
    let code: Int32
    let message: String
}
