package import Risk

/// The peers whose word about the client's address counts; nobody's by default.
package struct TrustedProxies: Hashable, Sendable {
    private let ranges: [AddressRange]
    private let unix: Bool

    package static let none = TrustedProxies(ranges: [])

    /// - Parameter unix: whether whoever connects through the Unix socket is a proxy.
    package init(ranges: [AddressRange], unix: Bool = false) {
        self.ranges = ranges
        self.unix = unix
    }

    package var isEmpty: Bool { ranges.isEmpty && !unix }

    package func contains(_ peer: Peer) -> Bool {
        guard !isEmpty else { return false }
        guard peer.address != "unix" else { return unix }
        return IPAddress(peer.address).map(contains) ?? false
    }

    func contains(_ address: IPAddress) -> Bool { ranges.contains { $0.contains(address) } }

    /// The client behind a peer: the last address in the forwarding header that no trusted proxy has.
    ///
    /// A proxy maintains one of the two headers and passes the other on as the client sent it, so that both together
    /// are believed in neither. A client can write the other one, and so have its proxy tell of nobody: the proxy's own
    /// address must not become the client's then. A trusted proxy is never itself the client, not even without any
    /// header.
    package func client(of peer: Peer, _ headers: HeaderFields) -> Peer {
        guard contains(peer) else { return peer }
        let unknown = Peer(address: peer.address, userID: peer.userID, hidesClient: true)
        let listed = headers.all("x-forwarded-for")
        let structured = headers.all("forwarded")
        guard listed.isEmpty || structured.isEmpty else { return unknown }
        let hops = listed.isEmpty ? Self.forwardedHops(structured) : Self.listedHops(listed)
        for hop in hops.suffix(32).reversed() {
            // An entry that is no address ends the chain: what stands before it is anybody's claim.
            guard let hop, let address = IPAddress(hop) else { return unknown }
            if !contains(address) { return Peer(address: address.description) }
        }
        return unknown
    }

    private static func listedHops(_ values: [String]) -> [String?] {
        values.flatMap { RequestHeadReader.list($0) }.map(withoutPort)
    }

    /// The `for` parameters (RFC 7239 §4).
    private static func forwardedHops(_ values: [String]) -> [String?] {
        values.flatMap { RequestHeadReader.list($0) }.map { element in
            for pair in element.split(separator: ";") {
                let trimmed = pair.drop { $0 == " " }
                guard trimmed.hasPrefix("for=") else { continue }
                let value = trimmed.dropFirst(4)
                let unquoted = value.hasPrefix("\"") && value.hasSuffix("\"") && value.count >= 2
                return withoutPort(String(unquoted ? value.dropFirst().dropLast() : value))
            }
            return nil
        }
    }

    /// `192.0.2.7:80`, `[2001:db8::1]:80`, `[2001:db8::1]` and the bare addresses.
    private static func withoutPort(_ text: String) -> String? {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            return String(text[text.index(after: text.startIndex)..<end])
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : text
    }
}
