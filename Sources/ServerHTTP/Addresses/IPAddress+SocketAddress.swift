import NIOCore
import Risk

/// The address of a socket, as the edge knows it.
extension IPAddress {
    init?(_ address: SocketAddress) {
        guard let text = address.ipAddress else { return nil }
        // A link-local address comes with the interface it was seen on.
        self.init(String(text.prefix { $0 != "%" }))
    }
}
