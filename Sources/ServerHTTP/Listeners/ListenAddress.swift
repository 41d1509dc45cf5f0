/// Where a listener waits for connections.
package enum ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// Port 0 lets the operating system choose.
    case tcp(host: String, port: Int)
    /// - Parameter mode: the permission bits of the socket's file.
    case unix(path: String, mode: UInt32 = 0o600)

    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path, _): path
        }
    }
}
