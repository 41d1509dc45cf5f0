import AuthorizationServer
import OAuth
import ServerHTTP
import Testing

@Suite struct FormTokenTests {
    private static let browser = Secret("tsb_" + String(repeating: "b", count: 43))
    private static let session = Secret("tss_" + String(repeating: "s", count: 43))
    private let issuer: Issuer

    init() throws { issuer = try #require(Issuer("https://id.example/tenant")) }

    private func admits(
        _ form: String, _ headers: [(String, String)] = [], browser: Secret? = browser, session: Secret? = nil
    ) throws -> Bool {
        let request = ServerRequest(
            method: .post, path: "/tenant/sign-in",
            headers: HeaderFields(headers.map { .init(name: $0.0, value: $0.1) }), body: Array(form.utf8),
            peer: Peer(address: "192.0.2.1"), requestID: "r", listener: "public")
        let caller = Caller(address: "192.0.2.1", requestID: "r")
        return FormToken.admits(
            request, try FormParameters(Array(form.utf8)),
            from: Browser(secret: browser, session: session, caller: caller), issuer: issuer)
    }

    private var token: String { "form_token=" + FormToken.text(browser: Self.browser, session: nil) }

    @Test func `takes a form of the same browser and session`() throws {
        #expect(try admits(token))
        let inSession = "form_token=" + FormToken.text(browser: Self.browser, session: Self.session)
        #expect(try admits(inSession, session: Self.session))
    }

    @Test func `takes no form without a token, with another one or of another session`() throws {
        #expect(try !admits(""))
        #expect(try !admits("form_token="))
        #expect(try !admits("form_token=x"))
        #expect(try !admits(token + "x"))
        #expect(try !admits(token, browser: nil))
        #expect(try !admits(token, session: Self.session))
        let other = FormToken.text(browser: Secret("tsb_" + String(repeating: "c", count: 43)), session: nil)
        #expect(try !admits("form_token=" + other))
        let inSession = FormToken.text(browser: Self.browser, session: Self.session)
        #expect(try !admits("form_token=" + inSession))
    }

    @Test(arguments: [
        "https://id.example", "https://ID.example.evil.test", "https://id.example.evil.test", "http://id.example",
        "https://id.example:8443", "https://evil.test", "null", "", "https://id.example/",
        "https://id.example@evil.test",
    ])
    func `takes a form of its own origin only`(origin: String) throws {
        #expect(try admits(token, [("origin", origin)]) == (origin == "https://id.example"))
    }

    @Test func `takes no form whose browser says that it comes from elsewhere`() throws {
        for site in ["cross-site", "same-site", "Same-Origin", ""] {
            #expect(try !admits(token, [("sec-fetch-site", site)]), "\(site)")
            #expect(try !admits(token, [("origin", "null"), ("sec-fetch-site", site)]), "\(site)")
        }
        #expect(try admits(token, [("sec-fetch-site", "same-origin")]))
        #expect(try admits(token, [("sec-fetch-site", "none")]))
        #expect(try !admits(token, [("origin", "https://id.example"), ("origin", "https://evil.test")]))
        #expect(try !admits(token, [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")]))
    }

    /// Browsers hide the origin of our own forms, because our pages send no referrer.
    @Test func `takes a hidden origin only on the browser's word that it is our own`() throws {
        #expect(try admits(token, [("origin", "null"), ("sec-fetch-site", "same-origin")]))
        #expect(try !admits(token, [("origin", "null"), ("sec-fetch-site", "none")]))
        #expect(try !admits(token, [("origin", "null")]))
    }
}
