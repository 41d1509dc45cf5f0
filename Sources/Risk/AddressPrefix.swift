/// The part of a network address that one party usually holds: an IPv4 address, or the /64 of an IPv6 address.
package struct AddressPrefix: Hashable, Sendable {
    package let text: String

    /// From the address's bytes, since one address has many texts: each of them must be counted as the same.
    package init(_ address: String) {
        // IPv4 has one text only, and every request is counted: nothing need be read.
        guard address.utf8.contains(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "%") }) else {
            text = address
            return
        }
        // A link-local address may come with the interface it was seen on (RFC 4007 §11).
        guard let known = IPAddress(String(address.prefix { $0 != "%" })) else {
            text = address
            return
        }
        guard !known.isIPv4 else {
            text = known.description
            return
        }
        let network = Array(known.bytes.prefix(8)) + [UInt8](repeating: 0, count: 8)
        text = (IPAddress(bytes: network)?.description ?? address) + "/64"
    }
}
