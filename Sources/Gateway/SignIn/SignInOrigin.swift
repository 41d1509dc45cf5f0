import OAuth
import ServerHTTP

/// An address at which browsers reach the gateway: scheme, host and port, from the configuration and never from a request.
package struct SignInOrigin: Hashable, Sendable, CustomStringConvertible {
    /// As browsers write it.
    package let text: String
    package let host: HostName
    let isSecure: Bool

    package var description: String { text }

    /// Reads `https://www.example.com`; `http` only on loopback, where browsers keep no secret from anybody else.
    package init?(_ text: String) {
        guard let address = Upstream(text), text == text.lowercased(), !text.hasSuffix("/"), !text.hasSuffix("."),
            !text.hasSuffix(address.isSecure ? ":443" : ":80"),
            let host = HostName(String(text.dropFirst(address.isSecure ? 8 : 7)))
        else { return nil }
        guard address.isSecure || ["127.0.0.1", "::1", "localhost"].contains(address.host) else { return nil }
        self.text = text
        self.host = host
        isSecure = address.isSecure
    }

    package func address(_ path: OwnPath) -> String { text + path.path }

    // MARK: Cookies

    /// `__Host-` ties a cookie to this very host (RFC 6265bis §4.1.3.2); on plain-text loopback, which is for development,
    /// browsers take neither the prefix nor `Secure`.
    private var prefix: String { isSecure ? "__Host-" : "" }
    private var attributes: String { "; Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "") }

    var sessionName: String { prefix + GatewayCookie.session }
    var browserName: String { prefix + GatewayCookie.browser }

    /// Gone with the browser's own session, and long before if it is not used.
    func setting(session secret: Secret) -> String { "\(sessionName)=\(secret.revealedValue)\(attributes)" }
    var forgettingSession: String { "\(sessionName)=\(attributes); Max-Age=0" }

    /// - Parameter lifetime: as long as a sign-in may take.
    func setting(browser secret: Secret, for lifetime: Duration) -> String {
        "\(browserName)=\(secret.revealedValue)\(attributes); Max-Age=\(lifetime.components.seconds)"
    }
}

/// The cookies of the gateway itself: no server behind gets them, or may set them.
enum GatewayCookie {
    static let session = "tessera-gateway"
    /// Of a browser that is on its way through a sign-in.
    static let browser = "tessera-gateway-sign-in"

    /// Whether a `Set-Cookie` is for one of these. A cookie without a name (`=name=value`) is sent back as `name=value`.
    static func isSession(_ setting: String) -> Bool {
        let trimmed = setting.utf8.drop { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: "=") }
        let name = String(decoding: trimmed.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self).lowercased()
        return name.hasPrefix("__host-" + session) || name.hasPrefix(session)
    }

    /// - Parameter pair: a member of `Cookie`.
    static func isOwn(_ pair: Substring.UTF8View) -> Bool {
        let name = String(decoding: pair.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self).lowercased()
        return name.hasPrefix("__host-tessera") || name.hasPrefix("tessera")
    }

    /// The members of a `Cookie` field that are somebody else's.
    static func foreign(_ value: String) -> [String] {
        value.utf8.split(separator: UInt8(ascii: ";")).compactMap { pair in
            let trimmed = pair.drop { $0 == 0x20 || $0 == 0x09 }
            return trimmed.isEmpty || isOwn(trimmed) ? nil : String(decoding: trimmed, as: UTF8.self)
        }
    }
}
