extension RedirectURI {
    /// Why an address cannot be registered, in words for whoever registers it; `nil` if it can.
    ///
    /// Web clients get `https` addresses only; native ones also `http` on loopback and schemes named after a domain
    /// of theirs (RFC 8252 §7, OpenID Registration §2).
    public static func registrationProblem(_ text: String, isNative: Bool) -> String? {
        if let problem = characterProblem(text) { return problem }
        let (scheme, rest) = split(text)
        guard isScheme(scheme) else { return "is not an absolute URI with a scheme in lower case" }
        switch scheme {
        case "https":
            return hostProblem(rest) ?? pathProblem(rest)
        case "http":
            guard isNative else { return "must use https" }
            if let problem = hostProblem(rest) ?? pathProblem(rest) { return problem }
            let host = hostName(rest)
            guard ["127.0.0.1", "[::1]", "localhost"].contains(String(host)) else {
                return "may use http on 127.0.0.1, [::1] or localhost only"
            }
            return nil
        default:
            // A dot keeps out javascript, data, file, and all that operating systems give a meaning (RFC 8252 §7.1).
            guard isNative, scheme.contains(".") else {
                return isNative
                    ? "needs a scheme named after a domain, like com.example.app" : "must use https"
            }
            guard rest.hasPrefix("/") else { return "needs a path that begins with a slash" }
            guard !rest.hasPrefix("//") || !authority(rest).contains("@") else { return "must not contain userinfo" }
            return pathProblem(rest)
        }
    }

    private static func characterProblem(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard (1...maximumLength).contains(bytes.count) else { return "must be 1 to \(maximumLength) bytes long" }
        // Browsers, libraries and servers disagree about exactly these; none of them is needed.
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) && !#""<>\^`{|}"#.utf8.contains($0) }) else {
            return "contains a character that no URI has"
        }
        guard !bytes.contains(0x23) else { return "must not have a fragment" }
        guard !bytes.contains(0x2A) else { return "must not contain a wildcard" }
        for index in bytes.indices where bytes[index] == 0x25 {
            guard index + 2 < bytes.count, let high = hexDigit(bytes[index + 1]), let low = hexDigit(bytes[index + 2])
            else { return "has a broken percent-encoding" }
            let byte = high << 4 | low
            guard byte >= 0x20, byte != 0x7F else { return "contains an encoded control character" }
        }
        return nil
    }

    private static func isScheme(_ scheme: String) -> Bool {
        guard let first = scheme.utf8.first, (0x61...0x7A).contains(first) else { return false }
        return scheme.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E].contains(byte)
        }
    }

    private static func hostProblem(_ rest: Substring) -> String? {
        guard rest.hasPrefix("//") else { return "must name a host" }
        let authority = authority(rest)
        guard !authority.contains("@") else { return "must not contain userinfo" }
        let host = hostName(rest)
        guard authority.hasPrefix(host), isHost(host) else { return "must name a host in lower case" }
        let port = authority.dropFirst(host.count)
        guard port.isEmpty || port.hasPrefix(":") && PortNumber.isValid(port.dropFirst()) else {
            return "has a port that is none"
        }
        return nil
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.hasPrefix("[") {
            let inside = host.dropFirst().dropLast()
            return inside.contains(":")
                && inside.utf8.allSatisfy {
                    hexDigit($0) != nil && !(0x41...0x46).contains($0) || [0x3A, 0x2E].contains($0)
                }
        }
        let labels = host.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        return host.utf8.count <= 253
            && labels.allSatisfy { label in
                !label.isEmpty && label.first != 0x2D && label.last != 0x2D
                    && label.allSatisfy {
                        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
                    }
            }
    }

    /// Dot segments, encoded or not, lead somewhere else than they seem to (RFC 3986 §5.2.4).
    private static func pathProblem(_ rest: Substring) -> String? {
        let path = rest.prefix { $0 != "?" }.lowercased()
        guard !path.contains("%2e"), !path.contains("%2f"), !path.contains("%5c") else {
            return "has an encoded dot or slash in its path"
        }
        let segments = path.split(separator: "/")
        return segments.contains(".") || segments.contains("..") ? "has dot segments in its path" : nil
    }

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
