import Glibc

/// Makes folders and files that only their owner may enter and read.
package enum OwnerFolder {
    /// Makes the folder (mode 0700) unless it is there; its parents must exist.
    package static func make(_ path: String) throws {
        guard mkdir(path, 0o700) != 0 else {
            // The umask may have taken away even what the owner needs.
            _ = chmod(path, 0o700)
            return
        }
        guard errno == EEXIST, FileFacts(path)?.isFolder == true else {
            throw CommandFailure(
                .failure, "folder_not_made", "\(path) cannot be made: \(String(cString: strerror(errno)))",
                fix: "Make its parent, or name another folder.")
        }
    }

    /// Writes a new file (mode 0600) and makes it durable; never replaces one.
    package static func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = errno == EEXIST ? "it exists" : String(cString: strerror(errno))
            throw CommandFailure(.failure, "file_not_written", "\(path) cannot be written: \(reason)")
        }
        let bytes = Array(text.utf8)
        let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        let isDurable = count == bytes.count && fchmod(descriptor, 0o600) == 0 && fsync(descriptor) == 0
        guard close(descriptor) == 0, isDurable else {
            unlink(path)
            throw CommandFailure(.failure, "file_not_written", "\(path) cannot be written", fix: "Is the disk full?")
        }
        sync(folderOf: path)
    }

    /// Makes the name of a new file durable, not only its content.
    private static func sync(folderOf path: String) {
        let descriptor = open(FilePath.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        _ = close(descriptor)
    }
}
