import AuthorizationServer
import OAuth
import ServerHTTP
import Storage
import TestSupport
import Testing

/// From an application to its code, over the wire.
@Suite struct SignInPageTests {
    @Test func `gives all that one page can ask about, and asks for no more`() async throws {
        let server = try await PageServer()
        let at = LiveServer.start
        let root = Administrator(
            actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r")
        let scopes = (0..<64).map { "scope-\($0)" }
        _ = try await server.administration.createResource(
            ResourceDraft(identifier: "https://api.example", name: "API", scope: scopes.joined(separator: " ")),
            by: root, at: at)
        var party = RelyingPartyDraft()
        party.resourceScopes = ["https://api.example": scopes.joined(separator: " ")]
        _ = try await server.administration.updateClient(
            ClientID(unchecked: "orders"), with: ClientChange(relyingParty: party), by: root, at: at)
        let browser = server.browser()
        // `openid`, which no box is for, and 63 others.
        let most = (["openid"] + scopes.prefix(63)).joined(separator: "%20")
        try await browser.signIn(for: PageServer.request(scope: most))
        try await browser.follow()
        #expect(browser.page.all("input").count { $0.attributes["name"] == "scope" } == 63)
        #expect(try await browser.agree().status == 303)
        try await browser.follow()
        #expect(browser.location.contains("code="))
        let person = try #require(try await server.provider.store.user(signingInAs: LoginName(canonical: "ada")))
        let given = try await server.provider.store.authorizations(of: person.id, at: at)
        #expect(given.first?.resourceScopes.values.first?.tokens.count == 63)
        let more = (["openid"] + scopes).joined(separator: "%20")
        try await browser.get("/authorize?" + PageServer.request(scope: more))
        #expect(browser.location.contains("error=invalid_scope"))
    }

    @Test func `says to whom a form takes its answer, good or bad`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.get("/authorize?" + PageServer.request("orders", "&response_mode=form_post&prompt=none"))
        #expect(browser.last.body.contains("login_required"))
        #expect(browser.last.body.contains("You are being taken back to Orders."))
        try await browser.signIn(for: PageServer.request("orders", "&response_mode=form_post"))
        try await browser.follow()
        try await browser.agree()
        try await browser.follow()
        #expect(browser.last.body.contains("tsz_"))
        #expect(browser.last.body.contains("You are being taken back to Orders."))
        try await server.live.shutDown()
    }

    @Test(.requirement("9700-2.1-5", "9700-4.12-1", "9700-4.12-2"))
    func `takes a person from an application to a code`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.get("/authorize?" + PageServer.request())
        #expect(browser.last.status == 303)
        #expect(browser.location.hasPrefix("/authorize?resume=tsp_"))
        try await browser.follow()
        #expect(browser.last.status == 200)
        #expect(browser.last.body.contains("to continue to Orders"))
        #expect(
            browser.last.header("content-security-policy")?.contains("form-action 'self' https://orders.example")
                == true)
        try await browser.post("/sign-in", ["login": "ada", "password": PageServer.password])
        #expect(browser.last.status == 303)
        try await browser.follow()
        #expect(browser.last.body.contains("Let Orders in?"))
        try await browser.post("/consent", ["decision": "allow", "scope": "email"])
        #expect(browser.last.status == 303)
        try await browser.follow()
        #expect(browser.last.status == 303)
        #expect(browser.location.hasPrefix(PageServer.callback + "?code=tsz_"))
        #expect(browser.location.contains("&state=xyz&iss=https%3A%2F%2Fid.example"))
        try await server.live.shutDown()
    }

    @Test func `tells an application that the person said no`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.signIn(for: PageServer.request())
        try await browser.follow()
        try await browser.post("/consent", ["decision": "deny", "scope": "email"])
        try await browser.follow()
        #expect(browser.location.hasPrefix(PageServer.callback + "?error=access_denied"))
        try await server.live.shutDown()
    }

    @Test(.requirement("oidc-form-post-2-1", "oidc-form-post-2-3"))
    func `answers by a form where the application asks for one`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.signIn(for: PageServer.request("orders", "&response_mode=form_post"))
        try await browser.follow()
        try await browser.post("/consent", ["decision": "allow", "scope": "email"])
        try await browser.follow()
        #expect(browser.last.status == 200)
        #expect(browser.page.all("form").first?.attributes["action"] == PageServer.callback)
        #expect(browser.page.hidden("code")?.hasPrefix("tsz_") == true)
        #expect(browser.page.hidden("iss") == "https://id.example")
        #expect(browser.page.all("button").count == 1)
        #expect(browser.page.hidden("form_token") == nil)
        try await server.live.shutDown()
    }

    @Test func `shows the same page for every wrong sign-in`() async throws {
        let server = try await PageServer()
        var bodies: Set<String> = []
        for (login, password) in [("ada", "wrong"), ("eve", "wrong"), ("ada", ""), ("", ""), ("ada\u{0}", "x")] {
            let browser = server.browser()
            try await browser.get("/sign-in")
            let token = try #require(browser.page.hidden("form_token"))
            try await browser.post("/sign-in", ["login": login, "password": password])
            #expect(browser.last.status == (login.contains("\u{0}") ? 400 : 200))
            #expect(browser.last.all("set-cookie").isEmpty)
            guard browser.last.status == 200 else { continue }
            bodies.insert(
                browser.last.body.replacing(token, with: "").replacing(#"value="\#(login)""#, with: #"value="""#)
                    .replacing(" autofocus", with: ""))
        }
        #expect(bodies.count == 1)
        try await server.live.shutDown()
    }

    @Test func `slows guessing down with 429 and a time to wait`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.get("/sign-in")
        for _ in 0..<12 { try await browser.post("/sign-in", ["login": "ada", "password": "wrong"]) }
        #expect(browser.last.status == 429)
        #expect(browser.last.header("retry-after").flatMap { Int($0) } ?? 0 > 0)
        #expect(browser.last.body.contains("your account is not locked"))
        try await server.live.shutDown()
    }

    @Test func `gives the session a new secret at each sign-in, and never takes one from outside`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        let planted = "tss_" + String(repeating: "x", count: 43)
        browser.keep("__Host-tessera-session", planted)
        try await browser.signIn()
        let first = try #require(browser.cookies["__Host-tessera-session"])
        #expect(first != planted)
        try await browser.get("/authorize?" + PageServer.request("orders", "&prompt=login"))
        try await browser.follow()
        #expect(browser.last.body.contains("Please sign in again"))
        try await browser.post("/sign-in", ["login": "ada", "password": PageServer.password])
        let second = try #require(browser.cookies["__Host-tessera-session"])
        #expect(second != first)
        let old = server.browser()
        old.keep("__Host-tessera-session", first)
        try await old.get("/account")
        #expect(old.location == "/sign-in")
        try await server.live.shutDown()
    }

    @Test func `ties a waiting request to the browser that began it`() async throws {
        let server = try await PageServer()
        let (owner, other) = (server.browser(), server.browser())
        try await owner.get("/authorize?" + PageServer.request())
        let handle = owner.location
        try await other.get(handle)
        #expect(other.last.status == 400)
        #expect(other.last.body.contains("begun in another browser"))
        #expect(!other.last.body.contains("tsp_"))
        try await other.get("/authorize?resume=tsp_" + String(repeating: "A", count: 43))
        #expect(other.last.status == 400)
        try await owner.get(handle)
        #expect(owner.last.status == 200)
        try await server.live.shutDown()
    }

    @Test func `sends a request that another site posted on, so that the browser brings its cookies`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        let request = PageServer.request("orders", "&prompt=none")
        let answer = try await server.live.exchange(
            RequestText.form("/authorize", request, authorization: nil, "origin: https://orders.example"))
        #expect(answer.status == 303)
        #expect(answer.header("location") == "/authorize?" + request)
        #expect(answer.all("set-cookie").isEmpty)
        // Too long for an address: it waits for its browser.
        let long = PageServer.request() + "&login_hint=" + String(repeating: "a", count: 7_000)
        let waiting = try await server.live.exchange(RequestText.form("/authorize", long, authorization: nil))
        #expect(waiting.status == 303 || waiting.status == 400)
        #expect(waiting.all("set-cookie").isEmpty)
        try await browser.get(answer.header("location") ?? "")
        #expect(browser.location.hasPrefix(PageServer.callback + "?error=login_required"))
        try await server.live.shutDown()
    }

    @Test(.requirement("6749-4.1.2.1-5")) func `tells an application what was wrong with the form that it posted`()
        async throws
    {
        let server = try await PageServer()
        for wrong in ["&nonce=n1", "&zz=%ff"] {
            let answer = try await server.live.exchange(
                RequestText.form("/authorize", PageServer.request() + wrong, authorization: nil))
            #expect(answer.status == 303)
            let location = answer.header("location") ?? ""
            #expect(location.hasPrefix(PageServer.callback + "?error=invalid_request"))
            #expect(location.contains("state=xyz") && location.contains("iss=https%3A%2F%2Fid.example"))
            // It came without the browser's cookies, which stay.
            #expect(answer.all("set-cookie").isEmpty)
        }
        let noForm = try await server.live.exchange(
            RequestText.request(
                "POST", "/authorize", ["content-type: text/plain"], body: PageServer.request() + "&nonce=n1"))
        #expect(noForm.status == 400 && noForm.header("location") == nil)
        try await server.live.shutDown()
    }

    @Test(arguments: [
        "", "client_id=nobody", "client_id=orders&redirect_uri=https%3A%2F%2Fevil.test", "client_id=%zz", "a=1&a=2",
        "resume=tsp_x&client_id=orders", "client_id=orders&redirect_uri=https%3A%2F%2Fevil.test&a=1&a=2",
        "client_id=nobody&redirect_uri=https%3A%2F%2Forders.example%2Fcallback&a=1&a=2", "client_id=orders&a=%ff",
        "client_id=notes&redirect_uri=https%3A%2F%2Forders.example%2Fcallback&a=1&a=2",
    ])
    func `sends nobody to an address that is not registered`(query: String) async throws {
        let server = try await PageServer()
        let answer = try await server.live.exchange(RequestText.get("/authorize?" + query))
        #expect(answer.status == 400)
        #expect(answer.header("location") == nil)
        #expect(answer.body.contains("This request cannot be answered"))
        try await server.live.shutDown()
    }

    @Test func `speaks the language that the application asks for, then that of the browser`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.get("/authorize?" + PageServer.request("orders", "&ui_locales=fr%20de-AT"))
        try await browser.get(browser.location, "accept-language: en")
        #expect(browser.page.all("html").first?.attributes["lang"] == "de")
        try await browser.get("/sign-in", "accept-language: fr, de;q=0.5")
        #expect(browser.page.all("html").first?.attributes["lang"] == "de")
        try await server.live.shutDown()
    }
}
