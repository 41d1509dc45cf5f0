/// Who is at the other end of a connection, as far as the socket tells.
package struct Peer: Hashable, Sendable {
    /// The IP address as text, or `unix`.
    package let address: String
    /// The user of the process at the other end of a Unix socket.
    package let userID: UInt32?

    package init(address: String, userID: UInt32? = nil) {
        self.address = address
        self.userID = userID
    }
}
