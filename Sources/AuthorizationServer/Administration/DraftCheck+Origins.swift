import OAuth

extension DraftCheck {
    static let maximumOrigins = 20

    /// Origins as browsers write them (RFC 6454 §6.2): scheme, host and port only, in lower case.
    mutating func origins(_ texts: [String], method: AuthenticationMethod?) -> [String] {
        if texts.count > Self.maximumOrigins {
            report("allowed_origins", "must be \(Self.maximumOrigins) origins at most")
            return []
        }
        if !texts.isEmpty, let method, method != .none {
            report("allowed_origins", "only a client with the method none runs in browsers")
        }
        for (index, text) in texts.enumerated() {
            let field = "allowed_origins[\(index)]"
            if texts[..<index].contains(text) {
                report(field, "is there twice")
            } else if let fault = Self.fault(inOrigin: text) {
                report(field, fault)
            }
        }
        return texts
    }

    private static func fault(inOrigin text: String) -> String? {
        let isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://") else {
            return "must be https://host or https://host:port (http on a loopback host only)"
        }
        guard text.utf8.count <= 255 else { return "must be at most 255 bytes long" }
        let authority = text.dropFirst(isSecure ? 8 : 7)
        guard let (host, port) = hostAndPort(authority) else {
            return "must be scheme, host and port in lower case, without path, query, user or wildcard"
        }
        if let port {
            guard let number = UInt16(port), number > 0, String(number) == port else { return "has no valid port" }
            guard number != (isSecure ? 443 : 80) else { return "must leave out the default port, as browsers do" }
        }
        guard isSecure || ["localhost", "127.0.0.1", "[::1]"].contains(host) else {
            return "must be https unless the host is localhost, 127.0.0.1 or [::1]"
        }
        return nil
    }

    /// `nil` unless it is a name, an IPv4 address or a bracketed IPv6 address, and perhaps a port.
    static func hostAndPort(_ authority: Substring) -> (host: Substring, port: Substring?)? {
        let bytes = Array(authority.utf8)
        let hostEnd: Int
        if bytes.first == 0x5B {
            guard let closing = bytes.firstIndex(of: 0x5D), closing > 2,
                bytes[1..<closing].allSatisfy({ isLowercaseHex($0) || $0 == 0x3A || $0 == 0x2E })
            else { return nil }
            hostEnd = closing + 1
        } else {
            hostEnd = bytes.firstIndex(of: 0x3A) ?? bytes.count
            let labels = bytes[..<hostEnd].split(separator: 0x2E, omittingEmptySubsequences: false)
            guard hostEnd <= 253, labels.allSatisfy(isLabel) else { return nil }
        }
        let host = Substring(decoding: bytes[..<hostEnd], as: UTF8.self)
        guard hostEnd < bytes.count else { return (host, nil) }
        guard bytes[hostEnd] == 0x3A else { return nil }
        return (host, Substring(decoding: bytes[(hostEnd + 1)...], as: UTF8.self))
    }

    private static func isLowercaseHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
            && label.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D }
    }
}
