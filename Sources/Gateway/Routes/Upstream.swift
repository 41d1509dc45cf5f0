/// The server behind the gateway: scheme, host and port, and nothing that a request could be steered with.
package struct Upstream: Hashable, Sendable, CustomStringConvertible {
    package let isSecure: Bool
    /// Without the brackets of an IPv6 address.
    package let host: String
    package let port: Int

    /// Reads `http://127.0.0.1:3000`, `https://reports.internal`, `http://[::1]:3000`; `nil` for anything else, a path
    /// or a user among it.
    package init?(_ text: String) {
        let rest: Substring.UTF8View
        if text.utf8.starts(with: "https://".utf8) {
            isSecure = true
            rest = text.utf8.dropFirst(8)
        } else if text.utf8.starts(with: "http://".utf8) {
            isSecure = false
            rest = text.utf8.dropFirst(7)
        } else {
            return nil
        }
        let authority = String(decoding: rest, as: UTF8.self)
        guard let name = HostName(authority) else { return nil }
        let digits = authority.utf8.dropFirst(name.text.utf8.count).drop { !(0x30...0x39).contains($0) }
        let standard = isSecure ? 443 : 80
        guard let port = digits.isEmpty ? standard : Int(String(decoding: digits, as: UTF8.self)),
            (1...65_535).contains(port)
        else { return nil }
        self.port = port
        host = name.text.hasPrefix("[") ? String(name.text.dropFirst().dropLast()) : name.text
    }

    package var description: String {
        "\(isSecure ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}
