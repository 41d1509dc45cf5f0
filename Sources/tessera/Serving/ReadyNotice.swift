import Glibc
import Logging
import Synchronization

/// Says once, when every listener listens, that the server is ready: in the log, and to systemd if it waits for that.
final class ReadyNotice: Sendable {
    private let missing: Atomic<Int>
    private let addresses = Mutex<[String: String]>([:])
    private let issuer: String
    private let socket: String?
    private let logger: Logger

    /// - Parameter socket: the value of NOTIFY_SOCKET.
    init(listeners: Int, issuer: String, socket: String?, logger: Logger) {
        missing = Atomic(listeners)
        self.issuer = issuer
        self.socket = socket
        self.logger = logger
    }

    func listening(_ name: String, _ address: String) {
        addresses.withLock { $0[name] = address }
        guard missing.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
        let metadata = addresses.withLock { $0.mapValues { Logger.MetadataValue.string($0) } }
        logger.notice("ready \(issuer)", metadata: metadata)
        Self.tell(socket, "READY=1")
    }

    /// The protocol of sd_notify: one datagram to a Unix socket, whose name may begin with @.
    private static func tell(_ socketPath: String?, _ message: String) {
        guard let socketPath, !socketPath.isEmpty, socketPath.utf8.count < 108 else { return }
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(socketPath.utf8)
        if name.first == 0x40 { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let bytes = Array(message.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
