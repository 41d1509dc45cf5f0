import AuthorizationServer
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

/// What the dynamic plan of the OpenID Foundation asks beyond the basic one: each module registers a client first.
@Suite(.timeLimit(.minutes(5))) struct `The dynamic plan` {
    @Test(.requirement("oidc-core-15.1-1", "oidc-registration-2-10"))
    func `signs ID tokens for a client that registered RS256`() async throws {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register(#""id_token_signed_response_alg":"RS256""#)
            #expect(made.json.string("id_token_signed_response_alg") == "RS256")
            let tokens = try await server.application(made).tokens()
            #expect(tokens.header.algorithm == "RS256" && tokens.identity.string("aud") == made.id)
        }
    }

    @Test(.requirement("oidc-core-5.3.2-5", "oidc-registration-2-11"))
    func `signs UserInfo for a client that registered RS256`() async throws {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register(#""userinfo_signed_response_alg":"RS256""#)
            let tokens = try await server.application(made).tokens(["scope": "openid email"])
            let answer = try await server.live.exchange(
                RequestText.get("/userinfo", "authorization: Bearer \(tokens.accessToken)"))
            #expect(answer.status == 200 && answer.header("content-type") == "application/jwt")
            let jwt = try UnverifiedJWT(answer.body)
            #expect(jwt.header.algorithm == "RS256")
            let key = try #require(try await server.keySet().verificationKeys(for: jwt.header).first)
            let claims = try jwt.verified(by: key, type: .jwtOrAbsent).claims
            #expect(claims.string("iss") == ConformanceServer.issuer && claims.string("aud") == made.id)
            #expect(claims.string("sub") == tokens.identity.string("sub"))
            #expect(claims.string("email") == "ada@mail.example")
        }
    }

    @Test func `shows a page where one of two addresses is to be named and none is`() async throws {
        try await ConformanceServer.run { server async throws in
            let body = #"{"redirect_uris":["https://app.example/cb","https://app.example/cb2"]}"#
            let made = try SelfRegistered(try await server.send("POST", "/clients", body))
            let application = try server.application(made)
            try await application.browser.get("/authorize?" + application.request(["redirect_uri": nil]))
            application.expectErrorPage()
        }
    }

    @Test func `comes back to an address with a query`() async throws {
        try await ConformanceServer.run { server async throws in
            let callback = "https://app.example/cb?foo=bar"
            let made = try await server.register(callback: callback)
            let application = try server.application(made, callback: callback)
            let answer = try await application.authorize()
            #expect(answer["code"] != nil && answer["state"] == "a state/+&")
        }
    }

    @Test(arguments: [
        "https://app.example/cb?foo=baz", "https://app.example/cb?foo=bar&x=1", "https://app.example/cb",
        "https://app.example/cb?foo=bar#x", "https://app.example/cb?x=1&foo=bar",
    ])
    func `goes to no address whose query is another`(address: String) async throws {
        try await ConformanceServer.run { server async throws in
            let callback = "https://app.example/cb?foo=bar"
            let made = try await server.register(callback: callback)
            let application = try server.application(made, callback: callback)
            try await application.browser.get("/authorize?" + application.request(["redirect_uri": address]))
            application.expectErrorPage()
        }
    }

    @Test func `goes to no address to which a query was added`() async throws {
        try await ConformanceServer.run { server async throws in
            let application = try server.application(try await server.register())
            let added = application.callback + "?foo=bar"
            try await application.browser.get("/authorize?" + application.request(["redirect_uri": added]))
            application.expectErrorPage()
        }
    }

    @Test func `registers no address with a fragment`() async throws {
        try await ConformanceServer.run { server async throws in
            let refused = try await server.refusal(of: #"{"redirect_uris":["https://app.example/cb#fragment"]}"#)
            #expect(refused == "400 invalid_redirect_uri")
        }
    }

    @Test(.requirement("7591-2-7", "7591-5-2", "oidc-registration-9.1-1"))
    func `links the policy and the terms of a client, draws no picture, and says that nobody looked`() async throws {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register(
                #""client_name":"<b>Bank</b>","logo_uri":"https://app.example/logo.png","#
                    + #""policy_uri":"https://app.example/policy","tos_uri":"https://app.example/terms""#)
            #expect(made.json.string("logo_uri") == "https://app.example/logo.png")
            #expect(made.json.string("policy_uri") == "https://app.example/policy")
            #expect(made.json.string("tos_uri") == "https://app.example/terms")
            let application = try server.application(made)
            let browser = application.browser
            try await browser.signIn(for: application.request())
            try await browser.follow()
            let links = browser.page.all("a").compactMap { $0.attributes["href"] }
            #expect(links.contains("https://app.example/policy") && links.contains("https://app.example/terms"))
            // A picture is how a stranger passes for somebody else (RFC 7591 §5).
            #expect(!browser.last.body.contains("logo.png") && !browser.last.body.contains("<b>Bank"))
            #expect(browser.last.body.contains("app.example"))
            #expect(browser.last.body.contains("Nobody here has checked this application"))
        }
    }

    @Test(.requirement("oidc-core-9-1"))
    func `takes assertions that are signed with a key from jwks_uri`() async throws {
        try await ClientSite.runWithIssuer { site, server async throws in
            let key = try RelyingPartyKey()
            site.publish("/jwks", key.set)
            let made = try await registerWithKeys(at: site, server)
            #expect(made.secret == nil && made.json.string("jwks_uri") == site.base + "/jwks")
            let answer = try await exchange(made, server, signedBy: key)
            _ = try await ReceivedTokens(answer, from: server, for: made.id)
            // A key that is not published proves nothing.
            let stranger = try await exchange(made, server, signedBy: try RelyingPartyKey())
            #expect(stranger.status == 401 && stranger.body.contains("invalid_client"))
        }
    }

    @Test(.requirement("7591-2-9")) func `looks for a new key of a client that it does not know yet`()
        async throws
    {
        try await ClientSite.runWithIssuer { site, server async throws in
            let old = try RelyingPartyKey()
            site.publish("/jwks", old.set)
            let made = try await registerWithKeys(
                at: site, server, #","grant_types":["authorization_code","refresh_token"]"#)
            let first = try await exchange(made, server, signedBy: old, ["scope": "openid offline_access"])
            let tokens = try await ReceivedTokens(first, from: server, for: made.id)
            let new = try RelyingPartyKey()
            site.publish("/jwks", new.set)
            server.clock.advance(60)
            let refreshed = try await token(
                made, server, signedBy: new,
                [("grant_type", "refresh_token"), ("refresh_token", try #require(tokens.refreshToken))])
            #expect(refreshed.status == 200, "\(refreshed)")
        }
    }

    @Test func `takes an assertion that is addressed to the issuer, and none to its token endpoint`() async throws {
        try await ClientSite.runWithIssuer { site, server async throws in
            let key = try RelyingPartyKey()
            site.publish("/jwks", key.set)
            let made = try await registerWithKeys(
                at: site, server, #","grant_types":["authorization_code","refresh_token"]"#)
            let form = [("grant_type", "refresh_token"), ("refresh_token", "tsr_x")]
            // The client is believed; what it asks for is another matter.
            let right = try await token(made, server, signedBy: key, form)
            #expect(right.status == 400 && right.body.contains("invalid_grant"))
            let wrong = try await token(
                made, server, signedBy: key, form, audience: ConformanceServer.issuer + "/token")
            #expect(wrong.status == 401 && wrong.body.contains("invalid_client"))
        }
    }

    @Test(.requirement("oidc-core-10.1.1-1"))
    func `publishes a new key after a rotation and still the old one`() async throws {
        try await ConformanceServer.run { server async throws in
            let application = try server.application(try await server.register())
            let tokens = try await application.tokens()
            let before = Set(try await server.keySet().keys.compactMap(\.keyID))
            _ = try await Administration(provider: server.provider).rotateKeys(
                for: nil,
                by: Administrator(
                    actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r"),
                at: server.clock.now)
            let after = Set(try await server.keySet().keys.compactMap(\.keyID))
            #expect(after.isSuperset(of: before) && after.count > before.count)
            // What the old key signed can still be checked.
            let jwt = try UnverifiedJWT(tokens.idToken)
            let key = try #require(try await server.keySet().verificationKeys(for: jwt.header).first)
            _ = try jwt.verified(by: key, type: .exactly("JWT"))
        }
    }

    @Test func `takes a person from a client that registered itself to tokens and UserInfo`() async throws {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register(#""client_name":"App""#)
            let application = try server.application(made)
            let tokens = try await application.tokens(["scope": "openid profile"])
            #expect(application.signIns == 1 && application.consents == 1)
            #expect(try await application.userInfo(tokens).string("name") == "Ada Lovelace")
        }
    }

    @Test(.requirement("6749-6-1"))
    func `refreshes for a client that registered itself, and for no other one`() async throws {
        try await ConformanceServer.run { server async throws in
            let grants = #""grant_types":["authorization_code","refresh_token"]"#
            let application = try server.application(try await server.register(grants))
            let tokens = try await application.tokens(["scope": "openid offline_access"])
            let refresh = try #require(tokens.refreshToken)
            let other = try server.application(try await server.register(grants))
            let stolen = try await other.refresh(refresh)
            #expect(stolen.status == 400 && stolen.body.contains(#""invalid_grant""#))
            let answer = try await application.refresh(refresh)
            #expect(answer.status == 200 && answer.header("cache-control") == "no-store")
            let json = try JSONObject(parsing: Array(answer.body.utf8))
            #expect(json.string("access_token") != tokens.accessToken && json.string("refresh_token") != nil)
            // One without that grant type gets none.
            let plain = try server.application(try await server.register())
            #expect(try await plain.tokens().refreshToken == nil)
        }
    }

    @Test(.requirement("oidc-core-4-4"))
    func `registers where a client lets itself be told to sign somebody in, and reads it back`() async throws {
        try await ConformanceServer.run { server async throws in
            let address = "https://app.example/login?from=account"
            let made = try await server.register(#""initiate_login_uri":"\#(address)""#)
            #expect(made.json.string("initiate_login_uri") == address)
            let read = try await server.send("GET", made.path, with: made.access)
            #expect(try JSONObject(parsing: Array(read.body.utf8)).string("initiate_login_uri") == address)
        }
    }

    @Test(.requirement("oidc-core-4-4"))
    func `registers no such address without https`() async throws {
        try await ConformanceServer.run { server async throws in
            for address in ["http://app.example/login", "http://127.0.0.1/login", "com.example.app:/login"] {
                for type in ["web", "native"] {
                    let refused = try await server.refusal(
                        of: #"{"redirect_uris":["https://app.example/cb"],"application_type":"\#(type)","#
                            + #""initiate_login_uri":"\#(address)"}"#)
                    #expect(refused == "400 invalid_client_metadata")
                }
            }
        }
    }

    private func registerWithKeys(
        at site: ClientSite, _ server: ConformanceServer, _ more: String = ""
    ) async throws -> SelfRegistered {
        try await server.register(
            #""token_endpoint_auth_method":"private_key_jwt","jwks_uri":"\#(site.base)/jwks"\#(more)"#)
    }

    /// Takes a person to a code, and the code to the token endpoint.
    private func exchange(
        _ made: SelfRegistered, _ server: ConformanceServer, signedBy key: RelyingPartyKey,
        _ changes: KeyValuePairs<String, String?> = [:]
    ) async throws -> RawAnswer {
        let application = Application(server, id: made.id, callback: SelfRegistered.callback)
        let code = try #require(try await application.authorize(changes)["code"])
        return try await token(
            made, server, signedBy: key,
            [
                ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", SelfRegistered.callback),
                ("code_verifier", Application.verifier),
            ])
    }

    private func token(
        _ made: SelfRegistered, _ server: ConformanceServer, signedBy key: RelyingPartyKey,
        _ parameters: [(String, String)], audience: String = ConformanceServer.issuer
    ) async throws -> RawAnswer {
        var form = FormWriter()
        for (name, value) in parameters { form.append(name, value) }
        form.append("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        form.append("client_assertion", try key.assertion(of: made.id, for: audience, at: server.clock.now))
        return try await server.live.exchange(RequestText.form("/token", form.text, authorization: nil))
    }
}
