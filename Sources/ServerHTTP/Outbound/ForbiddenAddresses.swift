package import Risk

/// Addresses that a request made on a stranger's behalf must never reach: this host, its networks, and what is not
/// part of the public internet (IANA special-purpose registries, RFC 6890 §2.2).
package enum ForbiddenAddresses {
    private static let ipv4 = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    ].compactMap(AddressRange.init)

    /// The only part of IPv6 that is handed out to the public internet.
    private static let ipv6Public = ["2000::/3"].compactMap(AddressRange.init)

    /// Within it: tunnels that carry an IPv4 address, benchmarks, documentation.
    private static let ipv6 = [
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    ].compactMap(AddressRange.init)

    package static func contains(_ address: IPAddress) -> Bool {
        guard !address.isIPv4 else { return ipv4.contains { $0.contains(address) } }
        return !ipv6Public.contains { $0.contains(address) } || ipv6.contains { $0.contains(address) }
    }
}
