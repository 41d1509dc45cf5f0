import Glibc

/// An IP address as it stands in the configuration.
package struct NetworkAddress: Hashable, Sendable {
    package let text: String
    package let isLoopback: Bool

    /// `nil` unless it is an IPv4 or IPv6 address, or `localhost`.
    package init?(_ text: String) {
        if text == "localhost" {
            isLoopback = true
        } else if let bytes = Self.bytes(of: text) {
            isLoopback = bytes.count == 4 ? bytes[0] == 127 : bytes == Array(repeating: 0, count: 15) + [1]
        } else {
            return nil
        }
        self.text = text
    }

    /// An address or a CIDR block; an address is a block of its full length.
    package static func block(_ text: String) -> (bytes: [UInt8], prefix: Int)? {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let bytes = bytes(of: String(first)) else { return nil }
        guard parts.count == 2 else { return (bytes, bytes.count * 8) }
        guard let prefix = Int(parts[1]), (0...bytes.count * 8).contains(prefix) else { return nil }
        return (bytes, prefix)
    }

    private static func bytes(of text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var six = in6_addr()
        if inet_pton(AF_INET6, text, &six) == 1 { return withUnsafeBytes(of: six) { Array($0) } }
        return nil
    }
}
