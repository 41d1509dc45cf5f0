/// What a browser may do with a page, in header fields.
package enum PageSecurity {
    /// - Parameter formTarget: the one origin beside this server that a form on the page may end at, by redirect or by
    ///   post; anything that is not an origin is left out.
    package static func headers(formTarget: String? = nil) -> HeaderFields {
        var headers = HeaderFields()
        headers.append("content-security-policy", policy(formTarget: formTarget))
        headers.append("cross-origin-opener-policy", "same-origin")
        headers.append("cross-origin-resource-policy", "same-origin")
        headers.append("x-frame-options", "DENY")
        headers.append("permissions-policy", permissions)
        headers.append("cache-control", "no-store")
        return headers
    }

    /// Chromium checks `form-action` against redirects too, so the consent page has to name where the answer goes.
    package static func policy(formTarget: String?) -> String {
        let target = formTarget.flatMap(source).map { " " + $0 } ?? ""
        return "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'\(target); "
            + "frame-ancestors 'none'; base-uri 'none'"
    }

    private static let permissions = [
        "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi",
        "payment", "usb",
    ].map { "\($0)=()" }.joined(separator: ", ")

    /// The origin of a redirect URI as a source of a policy, or the scheme for an application's own scheme.
    private static func source(of uri: String) -> String? {
        guard let colon = uri.firstIndex(of: ":") else { return nil }
        let scheme = uri[..<colon].lowercased()
        guard !scheme.isEmpty, scheme.utf8.allSatisfy(isSchemeByte) else { return nil }
        guard scheme == "https" || scheme == "http" else {
            return ["javascript", "data", "blob", "about"].contains(scheme) ? nil : scheme + ":"
        }
        let rest = uri[uri.index(after: colon)...]
        guard rest.hasPrefix("//") else { return nil }
        let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.isEmpty, authority.utf8.allSatisfy(isAuthorityByte) else { return nil }
        // A source cannot name an IPv6 address: for the loopback of a native application the scheme has to do.
        return authority.contains("[") ? "\(scheme):" : "\(scheme)://\(authority)"
    }

    private static func isSchemeByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2B || byte == 0x2D || byte == 0x2E
    }

    /// Nothing that could end the source or the directive; `[` and `]` stand around an IPv6 address.
    private static func isAuthorityByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
            || [0x2D, 0x2E, 0x3A, 0x5B, 0x5D, 0x5F].contains(byte)
    }
}
