import AuthorizationServer
import OAuth
import ServerHTTP
import Testing

@Suite struct CookieTests {
    private static let browser = "tsb_" + String(repeating: "b", count: 43)
    private static let session = "tss_" + String(repeating: "s", count: 43)

    private func cookies(_ fields: String...) -> Cookies {
        Cookies(HeaderFields(fields.map { .init(name: "cookie", value: $0) }))
    }

    @Test func `reads cookies in one field or many`() {
        #expect(cookies("a=1; b=2")["b"] == "2")
        #expect(cookies("a=1", "b=2")["b"] == "2")
        #expect(cookies("a=x=y")["a"] == "x=y")
        #expect(cookies("a=")["a"] == "")
        #expect(cookies("a")["a"] == nil)
        #expect(cookies("=a")[""] == nil)
    }

    @Test func `counts a name that is given twice as absent`() {
        for fields in [
            ["a=1; a=2"], ["a=1; a=1"], ["a=1", "a=2"], ["a=1; b=2; a=1; a=1"], ["a=1; a =2"], ["a =1;a=2"],
            ["\ta=1;a=2"], ["a=1,; a=2"], ["a=1", "a=\"2\""],
        ] {
            let read = Cookies(HeaderFields(fields.map { .init(name: "cookie", value: $0) }))
            #expect(read["a"] == nil, "\(fields)")
        }
        #expect(cookies("a=1; A=2")["a"] == "1")
        #expect(cookies("a =1")["a"] == nil && cookies("a\t=1")["a"] == nil, "no name that this server sets")
    }

    @Test func `reads nothing from more than a browser would send`() {
        #expect(cookies("a=1; b=" + String(repeating: "x", count: 9_000))["a"] == nil)
        #expect(cookies("a=1;" + String(repeating: "b=1;", count: 100))["a"] == nil)
    }

    @Test func `believes no value outside the grammar`() {
        for value in ["\"1\"", "1 2", "1,2", "1\\2", "é", "1\u{7F}"] { #expect(cookies("a=\(value)")["a"] == nil) }
    }

    private func request(_ cookie: String) -> ServerRequest {
        ServerRequest(
            method: .get, path: "/", headers: HeaderFields([.init(name: "cookie", value: cookie)]),
            peer: Peer(address: "192.0.2.1"), requestID: "r", listener: "public")
    }

    @Test func `ties both cookies to this host, and keeps scripts and other sites away from them`() throws {
        let cookies = BrowserCookies(issuer: try #require(Issuer("https://id.example/tenant")))
        for (line, name) in [
            (cookies.setting(session: Secret(Self.session)), "__Host-tessera-session"),
            (cookies.setting(browser: Secret(Self.browser)), "__Host-tessera-browser"),
            (cookies.forgettingSession, "__Host-tessera-session"),
        ] {
            let parts = line.split(separator: "; ")
            #expect(parts.first?.hasPrefix(name + "=") == true)
            #expect(Set(parts.dropFirst()).isSuperset(of: ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"]))
            #expect(!line.contains("Domain"))
            #expect(line.utf8.count <= 4_096)
        }
    }

    @Test func `drops prefix and Secure only for plain text on loopback`() throws {
        let cookies = BrowserCookies(issuer: try #require(Issuer("http://127.0.0.1:8080")))
        let line = cookies.setting(session: Secret(Self.session))
        #expect(line.hasPrefix("tessera-session="))
        #expect(!line.contains("Secure"))
        #expect(line.contains("HttpOnly; SameSite=Lax"))
    }

    @Test func `believes cookies only in the shape in which they were set`() throws {
        let cookies = BrowserCookies(issuer: try #require(Issuer("https://id.example")))
        let both = "__Host-tessera-browser=\(Self.browser); __Host-tessera-session=\(Self.session)"
        let known = cookies.browser(of: request(both))
        #expect(known.secret == Secret(Self.browser))
        #expect(known.session == Secret(Self.session))
        for cookie in [
            "tessera-session=\(Self.session)", "__Host-tessera-session=\(Self.browser)",
            "__Host-tessera-session=tss_short", "__Host-tessera-session=\(Self.session)x",
            "__Host-tessera-session=\(Self.session); __Host-tessera-session=\(Self.session)",
            "__host-tessera-session=\(Self.session)",
        ] {
            #expect(cookies.browser(of: request(cookie)).session == nil, "\(cookie)")
        }
    }
}
