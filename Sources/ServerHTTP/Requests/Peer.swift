/// Who is at the other end of a connection, as far as the socket tells.
package struct Peer: Hashable, Sendable {
    /// The IP address as text, or `unix`.
    package let address: String
    /// The user of the process at the other end of a Unix socket.
    package let userID: UInt32?
    /// Whether it is a proxy that asks for somebody else and does not say for whom, or not in a way that can be
    /// believed. Its address is not that of the client then.
    package let hidesClient: Bool

    package init(address: String, userID: UInt32? = nil, hidesClient: Bool = false) {
        self.address = address
        self.userID = userID
        self.hidesClient = hidesClient
    }

    /// The address for whatever lets somebody in by it; `nil` where nobody told it. What is counted or written down by
    /// address takes ``address``: that of a proxy is one caller.
    package var clientAddress: String? { hidesClient ? nil : address }
}
