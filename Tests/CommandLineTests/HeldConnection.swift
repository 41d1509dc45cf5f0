import Glibc
import Testing

/// A connection to a Unix socket with half a request on it, which holds up a server that ends in order.
final class HeldConnection: Sendable {
    private let descriptor: Int32

    /// `nil` if nobody listens there.
    init?(to path: String, sending text: String) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isLong = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return true }
            room.copyBytes(from: path.utf8)
            return false
        }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        let bytes = Array(text.utf8)
        guard !isLong, connected == 0, send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        else {
            close(descriptor)
            return nil
        }
    }

    /// All that comes until the other side closes.
    func answer() -> String {
        var (read, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
        while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 { read += buffer.prefix(count) }
        return String(decoding: read, as: UTF8.self)
    }

    deinit { close(descriptor) }
}
