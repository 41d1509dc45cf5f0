package import AuthorizationServer
package import OAuth

/// The two cookies of an issuer: which session the browser is in, and which browser it is.
package struct BrowserCookies: Sendable {
    package let sessionName: String
    package let browserName: String
    private let attributes: String

    /// What browsers keep at most: 400 days.
    static let browserLifetime = 34_560_000

    /// `__Host-` ties a cookie to this very host (RFC 6265bis §4.1.3.2). On a plain-text loopback address, which is for
    /// development, browsers take neither the prefix nor `Secure`.
    package init(issuer: Issuer) {
        let isSecure = issuer.rawValue.hasPrefix("https://")
        let prefix = isSecure ? "__Host-" : ""
        sessionName = prefix + "tessera-session"
        browserName = prefix + "tessera-browser"
        attributes = "; Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
    }

    /// Who asks, as far as its request tells. Cookies are only believed in the shape in which they were set.
    package func browser(of request: ServerRequest, languages: [String] = []) -> Browser {
        let cookies = Cookies(request.headers)
        return Browser(
            secret: cookies[browserName].map { Secret($0) }, session: cookies[sessionName].map { Secret($0) },
            caller: Caller(of: request),
            userAgent: request.headers.first("user-agent") ?? "", languages: languages)
    }

    /// Values of `Set-Cookie`.
    package func setting(browser secret: Secret) -> String {
        "\(browserName)=\(secret.revealedValue)\(attributes); Max-Age=\(Self.browserLifetime)"
    }

    /// Without `Max-Age`: gone with the browser's own session, and ended by the server long before if unused.
    package func setting(session secret: Secret) -> String {
        "\(sessionName)=\(secret.revealedValue)\(attributes)"
    }

    package var forgettingSession: String { "\(sessionName)=\(attributes); Max-Age=0" }
}
