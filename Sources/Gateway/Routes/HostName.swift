/// The host that a request is for, in one spelling: lower case, without port and final dot.
package struct HostName: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package var description: String { text }

    /// - Parameter host: the value of `Host` (RFC 9110 §7.2), or a name from the configuration.
    package init?(_ host: String) {
        guard (1...255).contains(host.utf8.count) else { return nil }
        var name = host.utf8[...]
        if name.first == UInt8(ascii: "[") {
            // An IPv6 address; what follows it is the port. Nowhere else do brackets stand (RFC 3986 §3.2.2).
            guard let end = name.firstIndex(of: UInt8(ascii: "]")),
                Self.isPort(name[name.index(after: end)...])
            else { return nil }
            let address = name[..<end].dropFirst()
            guard !address.isEmpty, address.allSatisfy(Self.isOfAddress) else { return nil }
            name = name[...end]
        } else {
            let end = name.firstIndex(of: UInt8(ascii: ":")) ?? name.endIndex
            guard Self.isPort(name[end...]), name[..<end].allSatisfy(Self.isOfName) else { return nil }
            name = name[..<end]
        }
        if name.last == Octet.dot { name = name.dropLast() }
        guard !name.isEmpty else { return nil }
        text = String(decoding: name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private static func isPort(_ bytes: Substring.UTF8View) -> Bool {
        guard let first = bytes.first else { return true }
        return first == UInt8(ascii: ":") && bytes.count <= 6
            && bytes.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    /// Hexadecimal digits, colons and dots.
    private static func isOfAddress(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x3A, 0x41...0x46, 0x61...0x66, 0x2E: true
        default: false
        }
    }
}
