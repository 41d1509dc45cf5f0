/// Why a database was not opened: what is wrong with it, and what to do.
package enum SQLiteOpenError: Error, Hashable, Sendable {
    /// Another process, or another store of this one, has it open.
    case inUse(path: String, pid: Int32?)
    /// A newer version of this program has migrated it.
    case tooNew(path: String, found: Int, known: Int)
    case missingFolder(String)
    /// Everybody may write into the folder.
    case unsafeFolder(String)
    /// A folder, a device or a dangling link.
    case notAFile(String)
    /// No bytes at all: cut off, or made by something else.
    case emptyFile(String)
    case notADatabase(String)
    /// An SQLite database of another program.
    case foreign(String)
    case damaged(path: String, detail: String)
    case readOnly(String)
    /// There is a write-ahead log without its database.
    case orphanedLog(String)
    /// A setting that durability depends on did not hold.
    case setting(name: String, found: String, expected: String)
    case failed(path: String, detail: String)
}

extension SQLiteOpenError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .inUse(let path, let pid):
            let holder = pid.map { "process \($0)" } ?? "another process"
            return
                "the database \(path) is in use by \(holder): stop it first, or give this server a database of its own"
        case .tooNew(let path, let found, let known):
            return "the database \(path) has schema version \(found), this program knows versions up to \(known): "
                + "start the newer program again, or restore a backup from before the update"
        case .missingFolder(let path):
            return "the folder \(path) does not exist: create it with mode 0700"
        case .unsafeFolder(let path):
            return "everybody may write into the folder \(path), and so replace the database: chmod 0700 \(path)"
        case .notAFile(let path):
            return "\(path) is not a regular file: name a file that is a database or does not exist yet"
        case .emptyFile(let path):
            return "\(path) is empty, so what was in it is lost: restore a backup, or remove the file to begin anew"
        case .notADatabase(let path):
            return "\(path) is not an SQLite database and was left as it is: name another file, or restore a backup"
        case .foreign(let path):
            return "\(path) is a database of another program and was left as it is: name another file"
        case .damaged(let path, let detail):
            return "the database \(path) is damaged (\(detail)) and was left as it is: restore a backup"
        case .readOnly(let path):
            return
                "the database \(path) cannot be written: check its owner, chmod 0600 it, and look how its disk is mounted"
        case .orphanedLog(let path):
            return
                "there is a log \(path)-wal without its database \(path): put the database back beside it, or remove the log"
        case .setting(let name, let found, let expected):
            return
                "SQLite answered \(name)=\(found) where \(expected) is needed: this disk or this SQLite cannot keep data safely"
        case .failed(let path, let detail):
            return "the database \(path) could not be opened: \(detail)"
        }
    }
}
