import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import TestSupport
import Testing

/// What the plans of the OpenID Foundation ask of logouts that an application asks for, and of those it is told about.
@Suite(.timeLimit(.minutes(5))) struct `The logout plans` {
    private static let target = "https://rp.example/bye"

    /// Somebody who is signed in at the application, which sends them to log out with these parameters.
    private func leave(
        _ server: ConformanceServer, _ parameters: (ReceivedTokens) -> KeyValuePairs<String, String?>
    ) async throws -> Application {
        let application = Application(server)
        let tokens = try await application.tokens()
        try await application.browser.get("/logout?" + Self.form(parameters(tokens)))
        return application
    }

    private static func form(_ parameters: KeyValuePairs<String, String?>) -> String {
        var form = FormWriter()
        for (name, value) in parameters { form.append(name, value) }
        return form.text
    }

    private func isSignedIn(_ application: Application) async throws -> Bool {
        let answer = try await application.authorize(["prompt": "none"])
        #expect(answer["code"] != nil || answer["error"] == "login_required")
        return answer["code"] != nil
    }

    /// The page that asks, from which nobody goes anywhere by themselves.
    private func expectQuestion(_ application: Application) {
        #expect(application.browser.last.status == 200 && application.browser.last.header("location") == nil)
        #expect(application.browser.page.all("form").first?.attributes["action"] == "/logout")
    }

    @Test(.requirement("oidc-rp-initiated-logout-2.1-1"))
    func `find the endpoint in the metadata`() async throws {
        try await ConformanceServer.run { server in
            let metadata = try await server.metadata()
            #expect(metadata.string("end_session_endpoint") == "https://id.example/logout")
        }
    }

    @Test(
        .requirement("oidc-rp-initiated-logout-2-1", "oidc-rp-initiated-logout-2-7", "oidc-rp-initiated-logout-2-8"),
        arguments: ["GET", "POST"])
    func `lead back to the application with its state, and nobody is signed in`(method: String) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server)
            let tokens = try await application.tokens()
            let wish = Self.form([
                "id_token_hint": tokens.idToken, "post_logout_redirect_uri": Self.target, "state": "a state/+&",
                "ui_locales": "se", "logout_hint": "ada",
            ])
            if method == "GET" {
                try await application.browser.get("/logout?" + wish)
            } else {
                // From another site, and so without cookies.
                let posted = try await server.live.exchange(
                    RequestText.form("/logout", wish, authorization: nil, "origin: https://rp.example"))
                #expect(posted.status == 303)
                try await application.browser.get(posted.header("location") ?? "")
            }
            #expect(application.browser.last.status == 303)
            #expect(application.browser.location == Self.target + "?state=a%20state%2F%2B%26")
            #expect(try await !isSignedIn(application))
        }
    }

    @Test func `lead back without a state that was not sent`() async throws {
        try await ConformanceServer.run { server in
            let application = try await leave(server) {
                ["id_token_hint": $0.idToken, "post_logout_redirect_uri": Self.target]
            }
            #expect(application.browser.location == Self.target)
            #expect(try await !isSignedIn(application))
        }
    }

    @Test(
        .requirement("oidc-rp-initiated-logout-3-1", "oidc-rp-initiated-logout-4-1"),
        arguments: [
            "https://rp.example/bad", "https://evil.example/bye", "https://second.example/bye",
            target + "?foo=bar",
        ])
    func `lead to no address that is not registered, and ask first`(address: String) async throws {
        try await ConformanceServer.run { server in
            let application = try await leave(server) {
                ["id_token_hint": $0.idToken, "post_logout_redirect_uri": address, "state": "s"]
            }
            expectQuestion(application)
            #expect(application.browser.last.header("content-security-policy")?.contains(address) != true)
            #expect(try await isSignedIn(application), "nothing happens before the person says so")
            try await application.browser.get("/logout?" + Self.form(["post_logout_redirect_uri": address]))
            try await application.browser.post("/logout", [:])
            #expect(application.browser.location == "/signed-out")
            #expect(try await !isSignedIn(application))
        }
    }

    /// Takes an ID token for one of somebody else.
    private static let forgeries: [@Sendable (String) -> String] = [
        { token in
            let parts = token.split(separator: ".")
            return Base64URL.encode(Array(#"{"alg":"none"}"#.utf8)) + "." + parts[1] + "."
        },
        { token in
            let parts = token.split(separator: ".")
            return parts[0] + "." + parts[1] + "." + String(parts[2].reversed())
        },
        { _ in "not a token" },
    ]

    @Test(
        .requirement("oidc-rp-initiated-logout-2-2", "oidc-rp-initiated-logout-3-2", "oidc-rp-initiated-logout-6-1"),
        arguments: 0..<forgeries.count)
    func `ask first when the hint was not signed here, and do not lead back`(number: Int) async throws {
        try await ConformanceServer.run { server in
            let application = try await leave(server) {
                ["id_token_hint": Self.forgeries[number]($0.idToken), "post_logout_redirect_uri": Self.target]
            }
            expectQuestion(application)
            #expect(try await isSignedIn(application))
        }
    }

    @Test(.requirement("oidc-rp-initiated-logout-2-11", "oidc-rp-initiated-logout-3-2"))
    func `ask first without a hint, and do not lead back`() async throws {
        try await ConformanceServer.run { server in
            let application = try await leave(server) { _ in
                ["post_logout_redirect_uri": Self.target, "state": "s"]
            }
            expectQuestion(application)
            #expect(try await isSignedIn(application))
        }
    }

    private static let bare: [KeyValuePairs<String, String?>] = [[:], ["state": "s"]]

    @Test(.requirement("oidc-rp-initiated-logout-2-10", "oidc-rp-initiated-logout-2-11"), arguments: 0..<bare.count)
    func `end with a page that says so when nothing says where to go`(number: Int) async throws {
        try await ConformanceServer.run { server in
            let application = try await leave(server) { _ in Self.bare[number] }
            expectQuestion(application)
            try await application.browser.post("/logout", [:])
            #expect(application.browser.location == "/signed-out")
            try await application.browser.follow()
            #expect(application.browser.last.status == 200)
            #expect(application.browser.last.body.contains("signed out"))
            #expect(try await !isSignedIn(application))
        }
    }

    @Test func `end with a page that says so without post_logout_redirect_uri`() async throws {
        try await ConformanceServer.run { server in
            let application = try await leave(server) { ["id_token_hint": $0.idToken, "state": "s"] }
            #expect(application.browser.location == "/signed-out")
            try await application.browser.follow()
            #expect(application.browser.last.status == 200)
            #expect(application.browser.last.body.contains("signed out"))
            #expect(try await !isSignedIn(application))
        }
    }

    @Test(.requirement("oidc-back-channel-logout-2.1-1"))
    func `find in the metadata that applications are told`() async throws {
        try await ConformanceServer.run { server in
            let metadata = try await server.metadata()
            #expect(metadata.bool("backchannel_logout_supported") == true)
            #expect(metadata.bool("backchannel_logout_session_supported") == true)
        }
    }

    @Test(
        .requirement(
            "oidc-back-channel-logout-2.4-1", "oidc-back-channel-logout-2.4-2", "oidc-back-channel-logout-2.4-3",
            "oidc-back-channel-logout-2.4-4", "oidc-back-channel-logout-2.4-5", "oidc-back-channel-logout-2.6-2",
            "oidc-back-channel-logout-2.4-7", "oidc-back-channel-logout-2.5-1", "oidc-back-channel-logout-2.2-2"))
    func `tell the application by a token that is signed as its ID tokens are`() async throws {
        try await ConformanceServer.run { server in
            let application = Application(server)
            let tokens = try await application.tokens()
            server.clock.advance(2)
            try await application.browser.get(
                "/logout?"
                    + Self.form([
                        "id_token_hint": tokens.idToken, "post_logout_redirect_uri": Self.target, "state": "s",
                    ]))
            #expect(application.browser.location == Self.target + "?state=s")
            _ = await server.provider.deliverLogouts(at: server.clock.now)
            let post = try #require(server.loggedOut.posts.first)
            #expect(server.loggedOut.posts.count == 1 && post.url == "https://rp.example/logout")
            let form = try FormParameters(post.form)
            #expect(form.names == ["logout_token"])
            let jwt = try UnverifiedJWT(try #require(form["logout_token"]))
            #expect(jwt.header.algorithm == tokens.header.algorithm && jwt.header.type == "logout+jwt")
            let key = try #require(try await server.keySet().verificationKeys(for: jwt.header).first)
            let claims = try jwt.verified(by: key, type: .exactly("logout+jwt")).claims
            #expect(claims.string("iss") == ConformanceServer.issuer && claims.string("aud") == "rp")
            #expect(claims.date("iat") == server.clock.now)
            #expect(try #require(claims.date("exp")) > server.clock.now)
            #expect(claims.string("jti")?.isEmpty == false && claims["nonce"] == nil)
            #expect(claims.string("sid") == tokens.identity.string("sid"))
            #expect(claims.string("sub") == tokens.identity.string("sub"))
            let events = try #require(claims.object("events"))
            #expect(events.count == 1)
            #expect(events.object("http://schemas.openid.net/event/backchannel-logout")?.isEmpty == true)
            #expect(try await !isSignedIn(application))
        }
    }

    @Test(
        .requirement("oidc-back-channel-logout-3-1", "oidc-back-channel-logout-2.3-1", "oidc-rp-initiated-logout-2-13"))
    func `tell every application of the session, none after another`() async throws {
        try await ConformanceServer.run { server in
            let application = Application(server)
            let tokens = try await application.tokens()
            _ = try await Application(server, id: "second", in: application.browser).tokens()
            server.loggedOut.answer(onlyWhenToldAll: 2)
            try await application.browser.get("/logout?" + Self.form(["id_token_hint": tokens.idToken]))
            _ = await server.provider.deliverLogouts(at: server.clock.now)
            #expect(
                Set(server.loggedOut.posts.map(\.url)) == [
                    "https://rp.example/logout", "https://second.example/logout",
                ])
            server.clock.advance(86_400)
            _ = await server.provider.deliverLogouts(at: server.clock.now)
            #expect(server.loggedOut.posts.count == 2, "both had answered")
        }
    }
}
