import Foundation

/// The file of a database before SQLite touches it: SQLite itself would create, rename modes, or begin anew silently.
struct DatabaseFile {
    enum Condition: Hashable { case absent, present }

    /// Without symbolic links, so that two names of one file have one lock.
    let path: String

    init(_ path: String) throws(SQLiteOpenError) {
        if let resolved = Self.resolved(path) {
            self.path = resolved
        } else {
            // A link whose target is gone: SQLite would create the target.
            var information = stat()
            guard lstat(path, &information) != 0 else { throw .notAFile(path) }
            let (folder, name) = Self.split(path)
            guard !name.isEmpty, let resolved = Self.resolved(folder) else { throw .missingFolder(folder) }
            self.path = (resolved == "/" ? "" : resolved) + "/" + name
        }
        try checkFolder()
    }

    var folder: String { Self.split(path).folder }

    private func checkFolder() throws(SQLiteOpenError) {
        var information = stat()
        guard stat(folder, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
            throw .missingFolder(folder)
        }
        guard information.st_mode & S_IWOTH == 0 else { throw .unsafeFolder(folder) }
    }

    /// Looks at the file and narrows its mode to its owner; throws if it is there and cannot be ours.
    func inspect() throws(SQLiteOpenError) -> Condition {
        var information = stat()
        guard stat(path, &information) == 0 else {
            guard errno == ENOENT else { throw .failed(path: path, detail: systemMessage()) }
            guard stat(path + "-wal", &information) != 0 || information.st_size == 0 else { throw .orphanedLog(path) }
            return .absent
        }
        guard information.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path) }
        guard information.st_mode & S_IWUSR != 0, access(path, W_OK) == 0 else { throw .readOnly(path) }
        guard information.st_size > 0 else { throw .emptyFile(path) }
        try checkBeginning()
        if information.st_mode & 0o077 != 0, chmod(path, 0o600) != 0 {
            throw .failed(path: path, detail: "chmod 0600: \(systemMessage())")
        }
        return .present
    }

    private func checkBeginning() throws(SQLiteOpenError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failed(path: path, detail: systemMessage()) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard read(descriptor, &bytes, bytes.count) == bytes.count, bytes == Array("SQLite format 3\0".utf8) else {
            throw .notADatabase(path)
        }
    }

    /// Writes the folder's entries to the disk, without which a new file may vanish with the power.
    static func syncFolder(of path: String) throws(SQLiteOpenError) {
        let folder = split(path).folder
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failed(path: path, detail: systemMessage()) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .failed(path: path, detail: "fsync of \(folder): \(systemMessage())")
        }
    }

    /// Makes an empty file that only its owner may read; throws if there is one.
    static func create(_ path: String) throws(SQLiteOpenError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .failed(path: path, detail: systemMessage()) }
        close(descriptor)
    }

    static func sync(_ path: String) throws(SQLiteOpenError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failed(path: path, detail: systemMessage()) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .failed(path: path, detail: "fsync: \(systemMessage())") }
    }

    /// Gives a finished file its name unless that name is taken; `false` if it is.
    static func publish(_ temporary: String, as path: String) throws(SQLiteOpenError) -> Bool {
        // Unlike rename, link never replaces a file.
        guard link(temporary, path) == 0 else {
            guard errno == EEXIST else { throw .failed(path: path, detail: systemMessage()) }
            return false
        }
        unlink(temporary)
        try syncFolder(of: path)
        return true
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = String(path[..<slash])
        return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
    }
}
