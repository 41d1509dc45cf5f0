import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite struct AccountPageTests {
    @Test func `shows the account area to who is signed in, and to nobody else`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        let pages: [PagePath] = [
            .account, .profile, .password, .sessions, .applications, .activity, .data, .delete, .logOutEverywhere,
        ]
        for page in pages {
            try await browser.get(page.rawValue)
            #expect(browser.last.status == 303, "\(page)")
            #expect(browser.location == "/sign-in", "\(page)")
        }
        try await browser.signIn()
        #expect(browser.location == "/account")
        for page in pages {
            try await browser.get(page.rawValue)
            #expect(browser.last.status == 200, "\(page)")
        }
        try await server.live.shutDown()
    }

    @Test func `changes the profile and says so`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.signIn()
        try await browser.get("/account/profile")
        try await browser.post("/account/profile", ["attribute.name": "Ada <b>", "email": "ada@mail.example"])
        #expect(browser.last.status == 303)
        try await browser.follow()
        #expect(browser.last.body.contains("Saved."))
        #expect(browser.last.body.contains("Ada &lt;b&gt;"))
        // A form from before the change would undo it.
        try await browser.post("/account/profile", ["attribute.name": "Eve", "version": "1"])
        #expect(browser.last.status == 409)
        try await browser.get("/account/profile")
        try await browser.post("/account/profile", ["attribute.website": "javascript:alert(1)"])
        #expect(browser.last.status == 422)
        try await browser.get("/account/profile")
        try await browser.post(
            "/account/profile", ["attribute.name": "Eve", "email": "eve@mail.example", "current": "wrong"])
        #expect(browser.last.status == 403)
        try await browser.get("/account/profile")
        #expect(browser.last.body.contains("Ada &lt;b&gt;"), "nothing of that form was saved")
        try await server.live.shutDown()
    }

    @Test func `lets people type as much as the schema takes, and says there where it ends`() async throws {
        var policy = ServerPolicy()
        policy.people.attributes = try #require(AttributeSchema(adding: ["motto": .init(maximumLength: 1000)]))
        let server = try await PageServer(policy: policy)
        let browser = server.browser()
        try await browser.signIn()
        try await browser.get("/account/profile")
        let fields = browser.page.all("input").map(\.attributes)
        let expected: [(String, String?)] = [
            ("motto", "1000"), ("website", "500"), ("locale", "35"), ("birthdate", nil),
        ]
        for (name, maximum) in expected {
            let field = try #require(fields.first { $0["name"] == "attribute." + name })
            #expect(field["maxlength"] == maximum, "\(name)")
        }
        try await server.live.shutDown()
    }

    @Test func `calls off a change of address by a button, with the token of the form only`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        func pending() async throws -> String? {
            try await server.provider.store.user(signingInAs: LoginName(canonical: "ada"))?.pendingEmail?.rawValue
        }
        try await browser.signIn()
        try await browser.get("/account")
        #expect(browser.page.all("form").allSatisfy { $0.attributes["action"] != "/account" })
        let stored = try await server.provider.store.user(signingInAs: LoginName(canonical: "ada"))
        var user = try #require(stored)
        user.pendingEmail = LoginName(canonical: "new@mail.example")
        _ = try await server.provider.store.update(user, ending: nil, at: user.updatedAt, with: Effects([]))
        try await browser.get("/account")
        #expect(browser.last.body.contains("new@mail.example"))
        #expect(browser.page.all("form").filter { $0.attributes["action"] == "/account" }.count == 1)
        #expect(try await browser.post("/account", ["form_token": "wrong"]).status == 403)
        #expect(try await pending() == "new@mail.example")
        try await browser.get("/account")
        #expect(try await browser.post("/account", [:]).status == 303)
        #expect(try await pending() == nil)
        try await browser.follow()
        #expect(browser.last.body.contains("called off") && !browser.last.body.contains("new@mail.example"))
        try await server.live.shutDown()
    }

    @Test func `has a field for attributes of every form that people may change`() async throws {
        var policy = ServerPolicy()
        policy.people.attributes = try #require(
            AttributeSchema(adding: [
                "remote": .init(.boolean), "floor": .init(.integer), "languages": .init(.strings),
                "home": .init(.address), "badge": .init(.integer, editor: .administrator),
            ]))
        let server = try await PageServer(policy: policy)
        let browser = server.browser()
        func attributes() async throws -> String {
            try #require(try await server.provider.store.user(signingInAs: LoginName(canonical: "ada"))).attributes
                .jsonText
        }
        try await browser.signIn()
        try await browser.get("/account/profile")
        #expect(!browser.last.body.contains("attribute.badge"))
        let filled: KeyValuePairs<String, String?> = [
            "attribute.remote": "false", "attribute.floor": "7", "attribute.languages": "en\r\nde\r\n",
            "attribute.home": "1 Quay\r\nPort", "attribute.badge": "1", "email": "ada@mail.example",
        ]
        #expect(try await browser.post("/account/profile", filled).status == 303)
        let kept = try await attributes()
        #expect(
            kept.contains(#""remote":false"#) && kept.contains(#""floor":7"#)
                && kept.contains(#""languages":["en","de"]"#)
                && kept.contains(#""home":{"formatted":"1 Quay\nPort"}"#) && !kept.contains("badge"))
        try await browser.follow()
        #expect(browser.last.body.contains(#"<option value="false" selected>No</option>"#))
        #expect(browser.last.body.contains(">\nen\nde</textarea>") && browser.last.body.contains(#"value="7""#))
        // What no whole number is, and what is neither yes nor no.
        for (name, text) in [("floor", "7.5"), ("remote", "perhaps")] {
            try await browser.get("/account/profile")
            try await browser.post(
                "/account/profile", [("attribute." + name): text, "email": "ada@mail.example"])
            #expect(browser.last.status == 422, "\(name)")
        }
        #expect(try await attributes() == kept)
        try await browser.get("/account/profile")
        try await browser.post("/account/profile", ["email": "ada@mail.example"])
        #expect(try await attributes() == "{}")
        try await server.live.shutDown()
    }

    @Test func `changes the password, renews this session and ends the others`() async throws {
        let server = try await PageServer()
        let (browser, other) = (server.browser(), server.browser())
        try await browser.signIn()
        try await other.signIn()
        try await browser.get("/account/password")
        let new = "seven slow ferries cross the sound"
        try await browser.post(
            "/account/password", ["current": "wrong", "password": new, "password_again": new])
        #expect(browser.last.status == 403)
        #expect(browser.last.body.contains(#"aria-describedby="current-hint problem" aria-invalid="true""#))
        #expect(!browser.last.body.contains(#"aria-describedby="password-rules problem""#))
        try await browser.post(
            "/account/password", ["current": PageServer.password, "password": "short", "password_again": "short"])
        #expect(browser.last.status == 422)
        #expect(browser.last.body.contains("at least 15 characters"))
        #expect(browser.last.body.contains(#"aria-describedby="password-rules problem" aria-invalid="true""#))
        #expect(!browser.last.body.contains(#"aria-describedby="current-hint problem""#))
        let before = browser.cookies["__Host-tessera-session"]
        try await browser.post(
            "/account/password", ["current": PageServer.password, "password": new, "password_again": new])
        #expect(browser.last.status == 303)
        #expect(browser.cookies["__Host-tessera-session"] != before)
        try await browser.follow()
        #expect(browser.last.body.contains("Your password is changed."))
        try await other.get("/account")
        #expect(other.location == "/sign-in")
        try await server.live.shutDown()
    }

    @Test func `lists sessions and ends one of them`() async throws {
        let server = try await PageServer()
        let (browser, other) = (server.browser(), server.browser())
        try await other.signIn()
        try await browser.signIn()
        try await browser.get("/account/sessions")
        #expect(browser.last.body.contains("this device"))
        let rows = browser.last.body.split(separator: "<li>").filter { $0.contains(#"name="session""#) }
        #expect(rows.count == 2)
        let row = try #require(rows.first { !$0.contains("this device") })
        let session = try #require(PageHTML(row).hidden("session"))
        try await browser.post("/account/sessions", ["session": session])
        try await browser.follow()
        let left = browser.page.all("input").filter { $0.attributes["name"] == "session" }
        #expect(left.count == 1)
        try await other.get("/account")
        #expect(other.location == "/sign-in")
        try await server.live.shutDown()
    }

    @Test func `shows applications with access, and ends one`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.signIn(for: PageServer.request())
        try await browser.follow()
        try await browser.post("/consent", ["decision": "allow", "scope": "email"])
        try await browser.follow()
        try await browser.get("/account/applications")
        #expect(browser.last.body.contains("<h2>Orders</h2>"))
        #expect(browser.last.body.contains("See your e-mail address"))
        try await browser.post("/account/applications", ["client": "orders"])
        try await browser.follow()
        #expect(browser.last.body.contains("No application has access."))
        try await browser.get("/account/activity")
        #expect(browser.last.body.contains("You ended the access of Orders"))
        #expect(browser.last.body.contains("You signed in"))
        try await server.live.shutDown()
    }

    @Test func `gives people their data as a file, but not to a page of another site`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.signIn()
        try await browser.get("/account/data", "sec-fetch-site: cross-site")
        #expect(browser.last.status == 403)
        try await browser.get("/account/data", "sec-fetch-site: same-origin")
        #expect(browser.last.header("content-disposition")?.hasPrefix("attachment") == true)
        #expect(try JSONObject(parsing: Array(browser.last.body.utf8)).string("issuer") == "https://id.example")
        try await server.live.shutDown()
    }

    @Test func `deletes an account with its password only`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.signIn()
        try await browser.get("/account/delete")
        try await browser.post("/account/delete", ["current": "wrong"])
        #expect(browser.last.status == 403)
        try await browser.post("/account/delete", ["current": PageServer.password])
        #expect(browser.last.body.contains("Your account is deleted"))
        #expect(browser.cookies["__Host-tessera-session"] == nil)
        try await browser.signIn()
        #expect(browser.last.status == 200)
        try await server.live.shutDown()
    }

    @Test func `signs out everywhere after asking`() async throws {
        let server = try await PageServer()
        let (browser, other) = (server.browser(), server.browser())
        try await browser.signIn()
        try await other.signIn()
        try await browser.get("/account/log-out-everywhere")
        try await browser.post("/account/log-out-everywhere", [:])
        #expect(browser.last.body.contains("You are signed out everywhere"))
        try await other.get("/account")
        #expect(other.location == "/sign-in")
        try await server.live.shutDown()
    }

    @Test func `asks before a client signs a person out`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        try await browser.signIn()
        let query = "client_id=orders&post_logout_redirect_uri=https%3A%2F%2Forders.example%2Fbye&state=s1"
        try await browser.get("/logout?" + query)
        #expect(browser.last.body.contains("Orders asks to sign you out"))
        let policy = browser.last.header("content-security-policy")
        #expect(policy?.contains("form-action 'self' https://orders.example;") == true)
        try await browser.get("/logout?client_id=orders&post_logout_redirect_uri=https%3A%2F%2Fevil.example%2Fbye")
        #expect(browser.last.header("content-security-policy")?.contains("form-action 'self';") == true)
        try await browser.get("/account")
        #expect(browser.last.status == 200, "nothing has ended yet")
        try await browser.get("/logout?" + query)
        try await browser.post("/logout", [:])
        #expect(browser.last.status == 303)
        #expect(browser.location == "https://orders.example/bye?state=s1")
        #expect(browser.cookies["__Host-tessera-session"] == nil)
        let posted = try await server.live.exchange(RequestText.form("/logout", query, authorization: nil))
        #expect(posted.header("location")?.hasPrefix("/logout?") == true)
        try await server.live.shutDown()
    }

    @Test func `says of every link that is none that it is not good`() async throws {
        let server = try await PageServer()
        let browser = server.browser()
        for page in ["/reset/set", "/verify-email", "/invitation"] {
            for link in ["", "x", "tsl_" + String(repeating: "A", count: 43)] {
                try await browser.get("\(page)?link=\(link)")
                #expect(browser.last.status == 400)
                #expect(browser.last.body.contains("This link is not good any more"))
            }
        }
        try await browser.get("/register")
        #expect(browser.last.status == 404)
        try await server.live.shutDown()
    }

    @Test func `names a malformed address to who registers, and says nothing about others`() async throws {
        var policy = ServerPolicy()
        policy.people.allowsSelfRegistration = true
        let server = try await PageServer(policy: policy)
        let browser = server.browser()
        try await browser.get("/register")
        for address in ["ada", "", "a b@mail.example", "ada@mail.example@x"] {
            try await browser.post("/register", ["email": address])
            #expect(browser.last.status == 422, "\(address)")
            #expect(browser.last.body.contains("This is not an e-mail address."), "\(address)")
        }
        #expect(browser.last.body.contains(#"value="ada@mail.example@x""#), "what was typed can be mended")
        var bodies: Set<String> = []
        for address in ["ada@mail.example", "nobody@mail.example"] {
            try await browser.get("/register")
            try await browser.post("/register", ["email": address])
            #expect(browser.last.status == 200, "\(address)")
            bodies.insert(browser.last.body)
        }
        #expect(bodies.count == 1)
        try await server.live.shutDown()
    }

    @Test(arguments: ["", "/tenant"])
    func `answers a wrong address below the account with a page`(path: String) async throws {
        let server = try await PageServer(at: "https://id.example" + path)
        for target in ["/account/", "/account/nothing", "/account/keys/nothing?x=y", "/account/activity/"] {
            let browser = server.browser()
            try await browser.get(path + target)
            #expect(browser.last.status == 404, "\(target)")
            #expect(browser.last.body.contains("There is nothing here"), "\(target)")
            #expect(browser.last.body.contains("href=\"\(path)/account\""), "\(target)")
            #expect(browser.last.header("content-security-policy") != nil && browser.cookies.isEmpty, "\(target)")
            try await browser.post(path + target, [:])
            #expect(browser.last.status == 404 && browser.last.body.contains("There is nothing here"), "\(target)")
        }
        try await server.live.shutDown()
    }
}
