import AsyncHTTPClient
import AuthorizationServer
import Gateway
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

@Suite(.timeLimit(.minutes(10))) struct `The session of a browser at a gateway` {
    @Test(arguments: SignInStage.Form.allCases)
    func `ends when its token is revoked`(_ form: SignInStage.Form) async throws {
        try await SignInStage.run { stage in
            let ada = try await stage.issuer.person("ada")
            var browser = StageBrowser(stage, form)
            try await stage.hearRevocations()
            let (page, grant) = try await browser.signIn(as: ada)
            #expect(page.status == 200)
            try await Administration(provider: stage.issuer.provider).endAuthorization(
                grant, by: stage.issuer.administrator, at: stage.now)
            try await stage.hearRevocations()
            let script = try await browser.send("GET", "/pages", [("accept", "*/*")])
            #expect(script.status == 401)
            #expect(stage.signIn.sessions.count == 0)
            let again = try await browser.open("/pages")
            #expect(browser.way(again) == "/.tessera/sign-in?to=/pages")
            #expect(try await browser.signIn(as: ada).page.status == 200)
        }
    }

    @Test func `renews its token, and ends when the issuer gives no other`() async throws {
        var policy = SignInPolicy()
        policy.sessionIdle = .seconds(86_400)
        policy.sessionLifetime = .seconds(86_400)
        try await SignInStage.run(policy: policy) { stage in
            let ada = try await stage.issuer.person("ada")
            var browser = StageBrowser(stage, .proxy)
            let (page, grant) = try await browser.signIn("/inner", as: ada)
            let first = try #require(Self.token(page))
            #expect(Self.token(try await browser.open("/inner")) == first, "passed on where the route says so")
            #expect(Self.token(try await browser.open("/pages")) == nil, "and nowhere else")
            stage.pass(seconds: 7_200)
            let second = Self.token(try await browser.open("/inner"))
            #expect(second != nil && second != first)

            stage.pass(seconds: 7_200)
            stage.cutIssuer(true)
            let away = try await browser.open("/inner")
            #expect(away.status == 503 && away.text.contains("Please try again in a moment"), "never yes in doubt")
            #expect(try await browser.send("GET", "/inner", [("accept", "*/*")]).status == 503)
            #expect(stage.signIn.sessions.count == 1)
            stage.cutIssuer(false)
            stage.pass(seconds: 60)
            #expect(try await browser.open("/inner").status == 200)

            try await Administration(provider: stage.issuer.provider).endAuthorization(
                grant, by: stage.issuer.administrator, at: stage.now)
            stage.pass(seconds: 7_200)
            #expect(browser.way(try await browser.open("/inner")) == "/.tessera/sign-in?to=/inner")
            #expect(stage.signIn.sessions.count == 0)
        }
    }

    @Test func `renews its token once for all who wait`() async throws {
        var policy = SignInPolicy()
        policy.sessionIdle = .seconds(86_400)
        try await SignInStage.run(policy: policy) { stage in
            let ada = try await stage.issuer.person("ada")
            var browser = StageBrowser(stage, .proxy)
            try await browser.signIn("/inner", as: ada)
            stage.pass(seconds: 7_200)
            let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<8 {
                    group.addTask { [browser] in
                        var tab = browser
                        return Self.token(try await tab.open("/inner"))
                    }
                }
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(tokens.count == 1 && tokens.first != .some(nil))
        }
    }

    @Test(arguments: SignInStage.Form.allCases)
    func `is one caller to the limits of a route, however often its token is renewed`(
        _ form: SignInStage.Form
    ) async throws {
        var policy = SignInPolicy()
        policy.sessionIdle = .seconds(86_400)
        policy.sessionLifetime = .seconds(86_400)
        try await SignInStage.run(policy: policy) { stage in
            let ada = try await stage.issuer.person("ada")
            let bob = try await stage.issuer.person("bob")
            var browser = StageBrowser(stage, form)
            let page = try await browser.signIn("/counted", as: ada).page
            #expect(page.status == 200 && page["ratelimit"]?.hasPrefix(#""token";r=1;"#) == true)
            stage.pass(seconds: 7_200)
            let renewed = try await browser.open("/counted")
            #expect(renewed.status == 200 && renewed["ratelimit"]?.hasPrefix(#""token";r=0;"#) == true)
            stage.pass(seconds: 7_200)
            let refused = try await browser.open("/counted")
            #expect(refused.status == (form == .proxy ? 429 : 403) && refused["retry-after"] != nil)
            #expect(stage.said(.rateLimited) && stage.signIn.sessions.count == 1)
            var other = StageBrowser(stage, form)
            #expect(try await other.signIn("/counted", as: bob).page.status == 200)
        }
    }

    private static func token(_ page: SignInStage.Answer) -> String? {
        page.text.split(separator: "\n").first { $0.hasPrefix("authorization: Bearer ") }.map(String.init)
    }

    @Test(arguments: SignInStage.Form.allCases)
    func `counts for pages of its own origin alone`(_ form: SignInStage.Form) async throws {
        try await SignInStage.run { stage in
            let ada = try await stage.issuer.person("ada")
            var browser = StageBrowser(stage, form)
            try await browser.signIn(as: ada)
            let opening = [("sec-websocket-key", "x"), ("sec-websocket-version", "13")]
            let foreign: [(String, [(String, String)])] = [
                ("POST", []), ("POST", [("origin", "https://evil.example")]), ("DELETE", [("origin", "null")]),
                ("PUT", [("origin", "https://www.example"), ("sec-fetch-site", "cross-site")]),
                ("PATCH", [("sec-fetch-site", "same-site")]), ("POST", [("sec-fetch-site", "none")]),
                ("POST", [("origin", "https://www.example.evil.example")]),
                ("POST", [("origin", "http://www.example")]), ("POST", [("origin", "https://other.example")]),
                ("POST", [("origin", "https://www.example"), ("origin", "https://evil.example")]),
                ("GET", opening), ("GET", opening + [("origin", "https://evil.example")]),
            ]
            for (method, fields) in foreign {
                let answer = try await browser.send(method, "/pages", fields)
                #expect(answer.status == 403, "\(method) \(fields)")
                #expect(!answer.text.contains(ada.subject.rawValue))
            }
            let own: [(String, [(String, String)])] = [
                ("POST", [("origin", "https://www.example")]), ("POST", [("sec-fetch-site", "same-origin")]),
                ("POST", [("origin", "null"), ("sec-fetch-site", "same-origin")]),
                ("DELETE", [("origin", "https://www.example"), ("sec-fetch-site", "same-origin")]), ("GET", []),
                ("OPTIONS", [("origin", "https://evil.example")]),
            ]
            for (method, fields) in own {
                #expect(try await browser.send(method, "/pages", fields).status == 200, "\(method) \(fields)")
            }
            let form = [("origin", "https://evil.example"), ("accept", "text/html")]
            #expect(try await browser.send("POST", "/pages", form).status == 403)
        }
    }

    @Test(arguments: SignInStage.Form.allCases)
    func `opens WebSockets for pages of its own origin and of those that the route names`(
        _ form: SignInStage.Form
    ) async throws {
        try await SignInStage.run { stage in
            let ada = try await stage.issuer.person("ada")
            var browser = StageBrowser(stage, form)
            try await browser.signIn("/sockets", as: ada)
            // Another proxy sends the key along; the gateway itself asks the server behind, which opens none.
            var opening = [("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="), ("sec-websocket-version", "13")]
            if form == .proxy { opening += [("connection", "Upgrade"), ("upgrade", "websocket")] }
            let opened = form == .proxy ? 502 : 200
            let (own, named) = ("https://www.example", "https://app.example")
            let cases: [(path: String, origins: [String], more: [(String, String)], status: Int)] = [
                ("/sockets", [own], [], opened), ("/sockets", [named], [], opened), ("/pages", [own], [], opened),
                ("/sockets", [own], [("sec-fetch-site", "same-origin")], opened),
                ("/sockets", [named], [("sec-fetch-site", "same-site")], opened), ("/pages", [named], [], 403),
                ("/sockets", [], [], 403), ("/sockets", [], [("sec-fetch-site", "same-origin")], 403),
                ("/sockets", ["null"], [("sec-fetch-site", "same-origin")], 403), ("/sockets", [named, own], [], 403),
                ("/sockets", ["https://evil.example"], [], 403), ("/sockets", [named + ".evil.example"], [], 403),
                ("/sockets", [named + ":8443"], [], 403), ("/sockets", [own], [("sec-fetch-site", "cross-site")], 403),
            ]
            for (path, origins, more, status) in cases {
                let fields = opening + origins.map { ("origin", $0) } + more
                #expect(try await browser.send("GET", path, fields).status == status, "\(path) \(origins) \(more)")
            }
            // It may open WebSockets, and nothing else.
            let posted = try await browser.send("POST", "/sockets", [("origin", named)])
            #expect(posted.status == 403)
        }
    }

    @Test func `leaves word of each connection that ends with it`() async throws {
        try await SignInStage.run { stage in
            let ada = try await stage.issuer.person("ada")
            var browser = StageBrowser(stage, .proxy)
            try await stage.hearRevocations()
            let (_, grant) = try await browser.signIn(as: ada)
            let cookie = StageBrowser.session + "=" + (try #require(browser.sessionCookie))
            var streams: [HTTPClientResponse.Body] = []
            for _ in 0..<2 {
                streams.append(
                    try await stage.stream("/pages/events", host: browser.host, [("cookie", cookie)]))
            }
            #expect(stage.timesTold(.sessionEnded) == 0)
            try await Administration(provider: stage.issuer.provider).endAuthorization(
                grant, by: stage.issuer.administrator, at: stage.now)
            try await stage.hearRevocations()
            for stream in streams {
                // Cut off, which is no good end.
                do { for try await _ in stream {} } catch {}
            }
            #expect(stage.timesTold(.sessionEnded) == 2)
        }
    }

    @Test(arguments: SignInStage.Form.allCases)
    func `is made stronger, or newer, where a page wants it`(_ form: SignInStage.Form) async throws {
        try await SignInStage.run { stage in
            let ada = try await stage.issuer.person("ada")
            var browser = StageBrowser(stage, form)
            try await browser.signIn(as: ada)
            let program = try await browser.send("GET", "/strong", [("accept", "*/*")])
            #expect(program.status == 401)
            #expect(program["www-authenticate"]?.contains(#"acr_values="2""#) == true, "RFC 9470 §3")

            let location = try await browser.leave("/strong")
            #expect(try SignInIssuer.request(location)["acr_values"] == "2")
            let weak = try await stage.issuer.yes(to: location, of: ada, acr: "1", at: stage.now)
            let unmet = try await browser.open(weak.callback)
            #expect(unmet.status == 403 && unmet.text.contains("This page needs another sign-in"), "and no loop")
            #expect(unmet.text.contains(#"href="/.tessera/sign-in?to=/strong""#))
            #expect(try await browser.open("/pages").status == 200, "what there was is still there")

            let again = try await browser.leave("/strong")
            let strong = try await stage.issuer.yes(to: again, of: ada, acr: "2", at: stage.now)
            #expect(try await browser.open(strong.callback).status == 303)
            #expect(try await browser.open("/strong").status == 200)
            #expect(try await browser.open("/pages").status == 200)

            stage.pass(seconds: 200)
            let late = try await browser.leave("/recent")
            #expect(try SignInIssuer.request(late)["max_age"] == "60")
            let old = try await stage.issuer.yes(
                to: late, of: ada, authenticated: SignInIssuer.start, at: stage.now)
            #expect(try await browser.open(old.callback).status == 403)
            let new = try await stage.issuer.yes(to: try await browser.leave("/recent"), of: ada, at: stage.now)
            #expect(try await browser.open(new.callback).status == 303)
            #expect(try await browser.open("/recent").status == 200)
        }
    }

    @Test func `says in words what it may not see`() async throws {
        try await SignInStage.run { stage in
            let ada = try await stage.issuer.person("ada")
            var browser = StageBrowser(stage, .proxy)
            let (page, _) = try await browser.signIn("/writers", as: ada)
            #expect(page.status == 403 && page.text.contains("You may not see this page"), "and no loop")
            #expect(page.text.contains(#"href="/.tessera/sign-out""#))
            #expect(try await browser.open("/pages").status == 200)
        }
    }

    @Test(arguments: SignInStage.Form.allCases)
    func `ends here and at the issuer when the person wants it`(_ form: SignInStage.Form) async throws {
        try await SignInStage.run { stage in
            let ada = try await stage.issuer.person("ada")
            var browser = StageBrowser(stage, form)
            let (_, grant) = try await browser.signIn(as: ada)
            let asked = try await browser.open("/.tessera/sign-out")
            #expect(asked.status == 200 && asked.text.contains(#"method="post" action="/.tessera/sign-out""#))
            #expect(asked["content-security-policy"]?.contains("form-action 'self' https://id.example;") == true)
            for fields in [[], [("origin", "https://evil.example")], [("sec-fetch-site", "same-site")]] {
                let forged = try await browser.send("POST", "/.tessera/sign-out", fields, body: "")
                #expect(forged.status == 403, "\(fields)")
            }
            #expect(try await browser.open("/pages").status == 200)
            let old = browser
            let own = [("origin", "null"), ("sec-fetch-site", "same-origin")]
            let out = try await browser.send("POST", "/.tessera/sign-out", own, body: "")
            let location = try #require(out["location"])
            #expect(out.status == 303 && location.hasPrefix(SignInIssuer.name + "/logout?"))
            let form = try FormParameters(Array(location.split(separator: "?")[1].utf8))
            #expect(form["logout_hint"] != nil && form["client_id"] == "gateway" && !location.contains("eyJ"))
            #expect(form["post_logout_redirect_uri"] == "https://www.example/.tessera/signed-out")
            #expect(browser.sessionCookie == nil)
            let left = try await stage.issuer.store.authorizations(of: ada.subject, at: stage.now)
            #expect(!left.contains { $0.id == grant }, "the refresh token was revoked (RFC 7009)")
            var kept = old
            #expect(kept.way(try await kept.open("/pages"))?.hasPrefix("/.tessera/sign-in") == true)
            #expect(try await browser.open("/.tessera/signed-out").text.contains("You are signed out"))
            #expect(stage.signIn.sessions.count == 0)
        }
    }

    @Test func `ends when the issuer says so, and nobody else`() async throws {
        try await SignInStage.run { stage in
            let ada = try await stage.issuer.person("ada")
            let bob = try await stage.issuer.person("bob")
            var first = StageBrowser(stage, .proxy)
            var second = StageBrowser(stage, .forwardAuth)
            try await second.signIn(as: bob)
            let foreign = try #require(stage.issuerSession)
            try await first.signIn(as: ada)
            let own = try #require(stage.issuerSession)
            func end(_ token: String) async throws -> Int {
                try await stage.send(
                    .proxy, "POST", "/.tessera/back-channel-logout", host: "www.example", [],
                    body: "logout_token=" + token
                ).status
            }
            let good = try stage.issuer.logoutToken(ada, session: own, at: stage.now)
            let other = try stage.issuer.logoutToken(
                ada, session: own, audience: ClientID(unchecked: "other"), at: stage.now)
            let parts = good.split(separator: ".")
            for bad in ["", "x", other, "\(parts[0]).\(parts[1])." + String(repeating: "A", count: parts[2].count)] {
                #expect(try await end(bad) == 400)
            }
            #expect(try await first.open("/pages").status == 200)
            #expect(try await end(good) == 200)
            #expect(try await first.open("/pages").status == 302)
            #expect(try await second.open("/pages").status == 200)
            #expect(try await end(good) == 400, "once")
            // Another session of hers at the issuer is not meant; all of hers are.
            try await first.signIn(as: ada)
            #expect(try await end(try stage.issuer.logoutToken(ada, session: foreign, id: "l2", at: stage.now)) == 200)
            #expect(try await first.open("/pages").status == 200)
            #expect(try await end(try stage.issuer.logoutToken(ada, session: nil, id: "l3", at: stage.now)) == 200)
            #expect(try await first.open("/pages").status == 302)
            #expect(try await second.open("/pages").status == 200)
        }
    }

    @Test func `lasts as long as it is used, and no longer than it may`() async throws {
        var policy = SignInPolicy()
        policy.sessionIdle = .seconds(100)
        policy.sessionLifetime = .seconds(250)
        policy.pendingLifetime = .seconds(30)
        try await SignInStage.run(policy: policy) { stage in
            let ada = try await stage.issuer.person("ada")
            var browser = StageBrowser(stage, .proxy)
            try await browser.signIn(as: ada)
            for status in [200, 200, 302] {
                stage.pass(seconds: 90)
                #expect(try await browser.open("/pages").status == status)
            }
            try await browser.signIn(as: ada)
            stage.pass(seconds: 100)
            #expect(try await browser.open("/pages").status == 302)
            #expect(stage.signIn.sessions.count == 0)
            let location = try await browser.leave("/pages")
            let yes = try await stage.issuer.yes(to: location, of: ada, at: stage.now)
            stage.pass(seconds: 30)
            #expect(try await browser.open(yes.callback).status == 403, "a sign-in that took too long")
        }
    }

    @Test func `is one of a bounded number`() async throws {
        var policy = SignInPolicy()
        policy.sessions = 3
        policy.sessionsPerPerson = 2
        policy.pending = 6
        policy.pendingPerAddress = 4
        try await SignInStage.run(policy: policy) { stage in
            let ada = try await stage.issuer.person("ada")
            let bob = try await stage.issuer.person("bob")
            var browsers: [StageBrowser] = []
            for person in [bob, ada, ada, ada] {
                var browser = StageBrowser(stage, .proxy)
                try await browser.signIn(as: person)
                browsers.append(browser)
            }
            var statuses: [Int] = []
            for var browser in browsers { statuses.append(try await browser.open("/pages").status) }
            #expect(statuses == [200, 302, 200, 200], "who has many loses their own")

            // From another address than all that follows.
            var honest = StageBrowser(stage, .proxy)
            let own = try await stage.send(
                .forwardAuth, "GET", "/.tessera/sign-in?to=/pages", host: honest.host,
                StageBrowser.navigation + [("x-forwarded-for", "192.0.2.9")])
            let cookie = try #require(own.cookies.first?.split(separator: ";").first?.split(separator: "=").last)
            honest.cookies[honest.host] = [StageBrowser.pending: String(cookie)]
            for _ in 0..<20 {
                var stranger = StageBrowser(stage, .proxy)
                _ = try await stranger.leave("/pages")
            }
            #expect(stage.signIn.pending.count == 5, "a share for one address")
            let yes = try await stage.issuer.yes(to: try #require(own["location"]), of: bob, at: stage.now)
            #expect(try await honest.open(yes.callback).status == 303)
        }
    }
}
