/// The part of a network address that one party usually holds: an IPv4 address, or the /64 of an IPv6 address.
package struct AddressPrefix: Hashable, Sendable {
    package let text: String

    package init(_ address: String) {
        guard address.utf8.contains(0x3A), !address.hasPrefix("::ffff:") else {
            text = address
            return
        }
        // Canonical text is what sockets report; everything after the fourth group belongs to the same holder.
        let groups = address.split(separator: ":", omittingEmptySubsequences: false)
        guard let gap = groups.firstIndex(of: ""), gap < 4 else {
            text = groups.prefix(4).joined(separator: ":")
            return
        }
        text = groups.prefix(gap).joined(separator: ":") + "::"
    }
}
