import Glibc

/// What a killed server leaves behind: the file of a socket that nobody listens on.
enum StaleSocket {
    /// Removes the file at `path` if it is a socket and nobody answers; a live one is left alone.
    static func remove(_ path: String) throws {
        guard let facts = FileFacts(path) else { return }
        guard facts.isSocket, !isAnswered(path) else {
            throw CommandFailure(
                .failure, "socket_in_use", "\(path) exists and is \(facts.isSocket ? "in use" : "not a socket")",
                fix: "Stop the other server, or name another socket.")
        }
        unlink(path)
    }

    private static func isAnswered(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        return result == 0
    }
}
