import Gateway
import JOSE
import OAuth
import Testing

@Suite(.timeLimit(.minutes(10))) struct `Browsers sign in at a gateway` {
    @Test(arguments: SignInStage.Form.allCases)
    func `and get a page, a cookie, and no token`(_ form: SignInStage.Form) async throws {
        try await SignInStage.run { stage in
            let ada = try await stage.issuer.person("ada")
            var browser = StageBrowser(stage, form)
            let location = try await browser.leave("/pages/1?a=b&c=%2F")
            let request = try SignInIssuer.request(location)
            #expect(request["response_type"] == "code" && request["code_challenge_method"] == "S256")
            #expect(request["redirect_uri"] == "https://www.example/.tessera/callback")
            #expect(request["resource"] == SignInIssuer.api.rawValue)
            #expect(request["state"] != nil && request["nonce"] != nil && request["acr_values"] == nil)

            let yes = try await stage.issuer.yes(to: location, of: ada, at: stage.now)
            let back = try await browser.open(yes.callback)
            #expect(back.status == 303 && browser.way(back) == "/pages/1?a=b&c=%2F")
            #expect(back["cache-control"] == "no-store" && back["referrer-policy"] == "no-referrer")
            let cookie = try #require(back.cookies.first { $0.hasPrefix(StageBrowser.session + "=") })
            #expect(cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Lax; Secure") && !cookie.contains("Domain"))
            #expect(!back.text.contains("ey") && !"\(back.headers)".contains("eyJ"))

            let page = try await browser.open("/pages/1?a=b&c=%2F")
            #expect(page.status == 200)
            let said = form == .proxy ? page.text : "\(page.headers)"
            #expect(said.contains(ada.subject.rawValue), "who comes")
            #expect(!said.contains("eyJ") && !said.contains("tessera-gateway"), "no token and no cookie of ours")
            #expect(!page.cookies.contains { $0.contains("planted") }, "and none that a server behind sets")
            #expect(stage.signIn.sessions.count == 1 && stage.signIn.pending.count == 0)
        }
    }

    @Test(arguments: SignInStage.Form.allCases)
    func `and programs get the answers that they got`(_ form: SignInStage.Form) async throws {
        try await SignInStage.run { stage in
            var browser = StageBrowser(stage, form)
            let programs: [(String, String, [(String, String)])] = [
                ("GET", "/pages", [("accept", "*/*")]), ("GET", "/pages", [("accept", "text/html;q=0.0, */*")]),
                ("POST", "/pages", StageBrowser.navigation),
                ("GET", "/pages", [("accept", "text/html"), ("sec-fetch-mode", "cors")]),
                (
                    "GET", "/pages",
                    [("accept", "text/html"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")]
                ),
                ("GET", "/program", StageBrowser.navigation),
            ]
            for (method, path, fields) in programs {
                let answer = try await browser.send(method, path, fields)
                #expect(answer.status == 401, "\(method) \(path) \(fields)")
                #expect(answer["www-authenticate"]?.hasPrefix("Bearer") == true && browser.way(answer) == nil)
            }
            let bad = try await browser.send("GET", "/pages", StageBrowser.navigation + [("authorization", "Bearer x")])
            #expect(bad.status == 401 && browser.way(bad) == nil, "who brings a token is no browser")
        }
    }

    /// nginx copies the challenge of a 401 into the redirect that it makes of it.
    @Test func `and are led there by a proxy that only asks without a challenge`() async throws {
        try await SignInStage.run { stage in
            var browser = StageBrowser(stage, .forwardAuth)
            let led = try await browser.open("/pages")
            #expect(led.status == 401 && browser.way(led) == "/.tessera/sign-in?to=/pages")
            #expect(led["www-authenticate"] == nil)
            let program = try await browser.send("GET", "/pages", [("accept", "*/*")])
            #expect(program.status == 401 && program["www-authenticate"]?.hasPrefix("Bearer") == true)
        }
    }

    @Test(arguments: SignInStage.Form.allCases)
    func `with an answer of their own only, and once`(_ form: SignInStage.Form) async throws {
        try await SignInStage.run { stage in
            let mallory = try await stage.issuer.person("mallory")
            var attacker = StageBrowser(stage, form)
            let location = try await attacker.leave("/pages")
            let yes = try await stage.issuer.yes(to: location, of: mallory, at: stage.now)

            var victim = StageBrowser(stage, form)
            for prepares in [false, true] {
                if prepares { _ = try await victim.leave("/pages") }
                let answer = try await victim.open(yes.callback)
                #expect(answer.status == 403 && victim.sessionCookie == nil, "login CSRF")
                #expect(answer.text.contains("This sign-in cannot be continued"))
                #expect(answer["content-security-policy"]?.contains("default-src 'none'") == true)
                #expect(!answer.text.contains("<script"))
            }
            var abroad = attacker
            abroad.host = "other.example"
            abroad.cookies["other.example"] = attacker.cookies["www.example"]
            #expect(try await abroad.open(yes.callback).status == 403, "another host")
            // None of this used it up.
            #expect(try await attacker.open(yes.callback).status == 303)
            #expect(try await attacker.open(yes.callback).status == 403, "twice")
        }
    }

    @Test func `in several tabs at once`() async throws {
        try await SignInStage.run { stage in
            let ada = try await stage.issuer.person("ada")
            var browser = StageBrowser(stage, .proxy)
            let first = try await browser.leave("/pages/1")
            let second = try await browser.leave("/pages/2")
            for (location, path) in [(second, "/pages/2"), (first, "/pages/1")] {
                let yes = try await stage.issuer.yes(to: location, of: ada, at: stage.now)
                let back = try await browser.open(yes.callback)
                #expect(back.status == 303 && browser.way(back) == path)
                #expect(try await browser.open(path).status == 200)
            }
            #expect(stage.signIn.sessions.count == 1, "the second took the place of the first")
        }
    }

    @Test func `under a secret that nobody can have prepared`() async throws {
        try await SignInStage.run { stage in
            let ada = try await stage.issuer.person("ada")
            let planted = SecretGenerator.system.secret(.session).revealedValue
            var browser = StageBrowser(stage, .proxy)
            browser.cookies[browser.host] = [StageBrowser.session: planted]
            try await browser.signIn(as: ada)
            let first = try #require(browser.sessionCookie)
            #expect(first != planted)
            var thief = StageBrowser(stage, .proxy)
            thief.cookies[thief.host] = [StageBrowser.session: planted]
            #expect(try await thief.open("/pages").status == 302)
            // Each sign-in has a secret of its own, and ends the one before.
            let location = try await browser.open("/.tessera/sign-in?to=/pages")["location"]
            let yes = try await stage.issuer.yes(to: try #require(location), of: ada, at: stage.now)
            #expect(try await browser.open(yes.callback).status == 303)
            #expect(browser.sessionCookie != first)
            thief.cookies[thief.host] = [StageBrowser.session: first]
            #expect(try await thief.open("/pages").status == 302)
            // A cookie counts at the host that it was made for.
            thief.host = "other.example"
            thief.cookies[thief.host] = [StageBrowser.session: try #require(browser.sessionCookie)]
            #expect(try await thief.open("/pages").status == 302)
            #expect(try await browser.open("/pages").status == 200)
        }
    }

    @Test(
        arguments: [
            "//evil.example", "/%2Fevil.example", "https://evil.example", "/\\evil.example", "\\/evil.example",
            "/.tessera/sign-out", "/.Tessera/sign-in", "/%2Etessera/sign-in", "/a/../b", "javascript:alert(1)", "",
            "%2F%2Fevil.example", "%2F%5Cevil.example", "/a%0d%0ab", "/\u{9}/evil.example", "@evil.example",
            "/" + String(repeating: "a", count: 2_048),
        ])
    func `and end at a page of the site, or where they began`(_ target: String) async throws {
        try await SignInStage.run { stage in
            var browser = StageBrowser(stage, .proxy)
            let escaped = target.utf8.map {
                $0 <= 0x20 || $0 >= 0x7F || $0 == 0x5C ? "%5C" : String(Character(.init($0)))
            }
            let answer = try await browser.open("/.tessera/sign-in?to=" + escaped.joined())
            #expect(answer.status == 400 || target.isEmpty && answer.status == 302)
            #expect(answer["location"].map { $0.hasPrefix(SignInIssuer.name + "/authorize?") } ?? true)
        }
    }

    @Test(arguments: SignInStage.Form.allCases)
    func `and are told in words why not`(_ form: SignInStage.Form) async throws {
        try await SignInStage.run { stage in
            var browser = StageBrowser(stage, form)
            let answers: [(String, Int, String)] = [
                ("access_denied", 403, "You are not signed in"),
                ("unmet_authentication_requirements", 403, "This page needs another sign-in"),
                ("temporarily_unavailable", 503, "Please try again in a moment"),
            ]
            for (error, status, text) in answers {
                let location = try await browser.leave("/pages")
                let answer = try await browser.open(try stage.issuer.no(to: location, error))
                #expect(answer.status == status && answer.text.contains(text), "\(error)")
                #expect(answer.text.contains(#"href="/.tessera/sign-in?to=/pages""#), "\(answer.text)")
            }
            // RFC 9207 §2.4: the answer of another issuer.
            let location = try await browser.leave("/pages")
            let no = try stage.issuer.no(to: location).replacing(
                "iss=https%3A%2F%2Fid.", with: "iss=https%3A%2F%2Fevil.")
            #expect(try await browser.open(no).text.contains("The sign-in did not work"))
            stage.cutIssuer(true)
            let away = try await browser.open("/.tessera/sign-in?to=/pages")
            #expect(away.status == 302, "what the issuer says of itself is remembered")
            stage.cutIssuer(false)
            var german = StageBrowser(stage, form)
            let fields = StageBrowser.navigation + [("accept-language", "de-AT")]
            let answer = try await german.send("GET", "/.tessera/callback", fields)
            #expect(answer.text.contains("lang=\"de\"") && answer.text.contains("Noch einmal anmelden"))
        }
    }

    @Test func `below addresses that no server behind ever sees`() async throws {
        try await SignInStage.run { stage in
            var browser = StageBrowser(stage, .proxy)
            for path in ["/.tessera/x", "/.tessera/", "/.tessera", "/%2etessera/x", "/.TESSERA/x"] {
                let answer = try await browser.open(path)
                #expect(answer.status == 404 && !answer.text.contains("GET /"), "\(path)")
            }
            #expect(try await browser.open("/.tesserae").text.hasPrefix("GET /.tesserae"))
            browser.host = "elsewhere.example"
            #expect(try await browser.open("/.tessera/sign-in").status == 404)
            #expect(try await browser.open("/pages").status == 401, "nobody signs in there")
        }
    }
}
