import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import TestSupport
import Testing

/// What every page and every form has in common.
@Suite struct PageProtectionTests {
    @Test(
        .requirement("6749-10.13-1", "9700-4.16-1", "9700-4.16-2", "9700-4.2.4-1", "9700-2.6-4", "oidc-core-3.1.2.3-3"))
    func `sends every page with what a browser needs to protect it`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.signIn()
        var targets = PagePath.allCases.map(\.rawValue)
        targets += ["/authorize?client_id=x", "/reset/set?link=x", "/register", "/logout"]
        for target in targets where target != "/consent" && target != "/account/data" {
            let answer = try await browser.get(target)
            #expect(answer.all("content-security-policy").count == 1, "\(target)")
            let policy = answer.header("content-security-policy") ?? ""
            #expect(policy.hasPrefix(PageSecurity.policy(formTarget: nil).prefix(80)), "\(target)")
            #expect(policy.hasSuffix("frame-ancestors 'none'; base-uri 'none'"), "\(target)")
            #expect(answer.header("x-frame-options") == "DENY", "\(target)")
            #expect(answer.header("cross-origin-opener-policy") == "same-origin", "\(target)")
            #expect(answer.header("cache-control") == "no-store", "\(target)")
            #expect(answer.all("x-content-type-options") == ["nosniff"], "\(target)")
            #expect(answer.all("referrer-policy") == ["no-referrer"], "\(target)")
            #expect(answer.header("permissions-policy") != nil, "\(target)")
            #expect(answer.header("strict-transport-security")?.hasPrefix("max-age=31536000") == true, "\(target)")
            #expect(answer.header("access-control-allow-origin") == nil, "\(target)")
        }
        try await server.live.shutDown()
    }

    /// Every form that does something, with fields that would be good.
    private static let forms: [(target: String, fields: KeyValuePairs<String, String?>)] = [
        ("/sign-in", ["login": "ada", "password": PageServer.password]),
        ("/consent", ["resume": "tsp_" + String(repeating: "A", count: 43), "decision": "allow"]),
        ("/reset", ["login": "ada"]),
        ("/reset/set", ["link": "tsl_" + String(repeating: "A", count: 43), "password": "x", "password_again": "x"]),
        ("/verify-email", ["link": "tsl_" + String(repeating: "A", count: 43)]),
        ("/invitation", ["link": "tsl_" + String(repeating: "A", count: 43), "password": "x", "password_again": "x"]),
        ("/register", ["email": "eve@mail.example"]),
        ("/account", ["address": "send"]), ("/account/profile", ["attribute.name": "Eve", "version": "1"]),
        ("/account/password", ["current": PageServer.password, "password": "x", "password_again": "x"]),
        ("/account/sessions", ["session": "s1"]), ("/account/applications", ["client": "orders"]),
        ("/account/delete", ["current": PageServer.password]), ("/account/log-out-everywhere", [:]),
        ("/logout", ["confirmed": "yes"]),
    ]

    @Test(.requirement("6749-10.12-1", "oidc-core-3.1.2.3-3"), arguments: 0..<forms.count)
    func `takes no form that no page of ours sent`(index: Int) async throws {
        let (target, fields) = Self.forms[index]
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.signIn()
        try await browser.get("/account/delete")
        let token = try #require(browser.page.hidden("form_token"))
        let own = browser.cookies
        let stranger = server.browser()
        try await stranger.get("/sign-in")
        let other = try #require(stranger.page.hidden("form_token"))
        let tries: [(token: String?, headers: String?)] = [
            (nil, nil), ("", nil), ("x", nil), (other, nil), (token, "origin: https://evil.test"),
            (token, "origin: null"), (token, "origin: https://id.example.evil.test"),
            (token, "sec-fetch-site: cross-site"), (token, "sec-fetch-site: same-site"),
        ]
        for (token, header) in tries {
            let sent = fields.map { ($0.key, $0.value) } + (token.map { [("form_token", Optional($0))] } ?? [])
            let pairs = sent.map { "\($0.0)=\(($0.1 ?? "").replacing(" ", with: "+"))" }.joined(separator: "&")
            let cookies = "cookie: " + own.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
            let answer = try await server.live.exchange(
                RequestText.request(
                    "POST", target,
                    ["content-type: application/x-www-form-urlencoded", cookies] + (header.map { [$0] } ?? []),
                    body: pairs))
            #expect(answer.status == 403, "\(target) \(String(describing: header))")
            #expect(answer.all("set-cookie").isEmpty)
        }
        try await browser.get("/account")
        #expect(browser.last.status == 200, "the session stands")
        let name = try #require(LoginName("ada"))
        let user = try #require(try await server.provider.store.user(signingInAs: name))
        #expect(user.version == 1, "nothing was changed")
        try await server.live.shutDown()
    }

    @Test func `takes a token from the body of a form only`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.signIn()
        try await browser.get("/account/log-out-everywhere")
        let token = try #require(browser.page.hidden("form_token"))
        try await browser.post("/account/log-out-everywhere?form_token=\(token)", [:], fillingIn: false)
        #expect(browser.last.status == 403)
        try await browser.post(
            "/account/log-out-everywhere", ["form_token": token], "content-type: text/plain", fillingIn: false)
        #expect(browser.last.status == 400)
        try await browser.get("/account/log-out-everywhere?form_token=\(token)&_method=POST")
        #expect(browser.last.status == 200)
        try await browser.get("/account")
        #expect(browser.last.status == 200)
        try await server.live.shutDown()
    }

    @Test func `does nothing for HEAD that it would for GET`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.signIn()
        for target in ["/authorize?" + PageServer.request(), "/logout", "/account/data"] {
            let answer = try await browser.get(target, method: "HEAD")
            #expect(answer.status == 200)
            #expect(answer.header("location") == nil)
            #expect(answer.all("set-cookie").isEmpty)
        }
        try await browser.get("/account")
        #expect(browser.last.status == 200)
        try await server.live.shutDown()
    }

    @Test func `keeps assets for ever under an address of their content, and pages never`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.get("/sign-in")
        let style = try #require(browser.page.all("link").compactMap { $0.attributes["href"] }.last)
        #expect(style.hasPrefix("/assets/tessera."))
        let sheet = try await browser.get(style)
        #expect(sheet.status == 200)
        #expect(sheet.header("content-type") == "text/css; charset=utf-8")
        #expect(sheet.header("cache-control") == "public, max-age=31536000, immutable")
        #expect(sheet.all("set-cookie").isEmpty)
        #expect(sheet.all("content-security-policy").count == 1)
        try await browser.get("/assets/tessera.css")
        #expect(browser.last.status == 404)
        try await server.live.shutDown()
    }

    @Test func `has a page for a form that cannot be read`() async throws {
        let server = try await PageServer()
        for body in ["login=%zz", "login=a&login=b", "login=%FF", "login=a%00"] {
            let answer = try await server.live.exchange(RequestText.form("/sign-in", body, authorization: nil))
            #expect(answer.status == 400)
            #expect(answer.header("content-type") == "text/html; charset=utf-8")
        }
        try await server.live.shutDown()
    }

    @Test func `remembers nothing of languages that strangers make up`() async throws {
        let server = try await PageServer()
        for index in 0..<200 {
            let answer = try await server.live.exchange(
                RequestText.get("/sign-in?ui_locales=../../\(index)", "accept-language: x\(index), ../de\(index);q=0.9")
            )
            #expect(answer.status == 200)
            #expect(answer.body.contains("<html lang=\"en\">"))
        }
        try await server.live.shutDown()
    }
}
