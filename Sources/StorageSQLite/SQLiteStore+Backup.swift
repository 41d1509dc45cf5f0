import Foundation
import GRDB
import Storage

extension SQLiteStore {
    /// Copies the database as it is at one moment into a new file, while others read and write.
    ///
    /// Throws ``SQLiteBackupError``. The file is complete and on the disk before it gets its name.
    package func backUp(to path: String) async throws {
        var information = stat()
        let partial = path + ".partial"
        for name in [path, partial] {
            guard lstat(name, &information) != 0 else { throw SQLiteBackupError.exists(name) }
        }
        // Of two backups to one name at the same moment, one is refused here and leaves the other's file alone.
        do { try DatabaseFile.create(partial) } catch { throw SQLiteBackupError(error, path: path) }
        do {
            // Leaves out what was deleted, and needs no lock that a writer would wait for.
            try await backups.run {
                try await reads.run {
                    try await pool.unsafeRead { try $0.execute(sql: "VACUUM INTO ?1", arguments: [partial]) }
                }
            }
            try DatabaseFile.sync(partial)
            guard try DatabaseFile.publish(partial, as: path) else { throw SQLiteBackupError.exists(path) }
        } catch {
            unlink(partial)
            throw SQLiteBackupError(error, path: path)
        }
    }
}

/// Why there is no backup.
package enum SQLiteBackupError: Error, Hashable, Sendable {
    case exists(String)
    case failed(path: String, detail: String)
}

extension SQLiteBackupError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .exists(let path): "\(path) exists and was left as it is: name a new file"
        case .failed(let path, let detail): "there is no backup at \(path): \(detail)"
        }
    }

    init(_ error: any Error, path: String) {
        switch error {
        case let error as SQLiteBackupError: self = error
        case let error as SQLiteOpenError: self = .failed(path: path, detail: error.description)
        default: self = .failed(path: path, detail: String(describing: StoreError(error)))
        }
    }
}
