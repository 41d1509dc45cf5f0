import Foundation
import Synchronization

/// Keeps a database file to one process: two would not see each other's caches, and would both believe they are alone.
///
/// The lock goes with its holder, however that ends; the file beside the database stays and names the last holder.
final class DatabaseLock: Sendable {
    private let descriptor: Mutex<Int32?>

    /// Takes the lock of the database at `path`, or throws ``SQLiteOpenError/inUse(path:pid:)`` at once.
    init(of path: String) throws(SQLiteOpenError) {
        let lockPath = path + ".lock"
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .failed(path: path, detail: "\(lockPath): \(systemMessage())") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let pid = Self.holder(in: descriptor)
            close(descriptor)
            guard reason == EWOULDBLOCK else {
                throw .failed(path: path, detail: "\(lockPath): \(systemMessage(reason))")
            }
            throw .inUse(path: path, pid: pid)
        }
        self.descriptor = Mutex(descriptor)
        let text = Array("\(getpid())\n".utf8)
        // The number only helps people; the lock holds without it.
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }

    private static func holder(in descriptor: Int32) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: buffer.prefix(count).prefix { (0x30...0x39).contains($0) }, as: UTF8.self))
    }

    /// Lets the next one in. Twice is the same as once.
    func release() {
        let held = descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        if let held { close(held) }
    }

    deinit { release() }
}

/// The operating system's words for an error.
func systemMessage(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
