import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import TestSupport
import Testing

/// What the basic and the form post plan of the OpenID Foundation ask of the flow from an application to its tokens.
@Suite(.timeLimit(.minutes(5))) struct `The basic plan` {
    @Test(
        .requirement(
            "6749-3.1-1", "6749-3.1-5", "7636-4.2-1", "7636-7.3-1", "9700-2.1-4", "oidc-core-2-2", "oidc-core-5.3-3",
            "oidc-core-3.1.3.3-2",
            "oidc-core-3.1.3.3-3", "oidc-core-3.1.2.1-9", "oidc-form-post-2-1", "oidc-form-post-2-5", "8252-8.10-1",
            "7519-5.1-1", "7519-5.1-2"),
        arguments: AnswerMode.allCases)
    func `takes a person to a code, tokens and UserInfo`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let tokens = try await application.tokens()
            #expect(application.signIns == 1 && application.consents == 1)
            #expect(tokens.identity.string("nonce") == "a nonce")
            #expect(tokens.identity.date("auth_time") == LiveServer.start)
            #expect(Set(try await application.userInfo(tokens).members.map(\.name)) == ["sub"])
            let again = try await application.tokens(["nonce": "another", "state": "a state/+&"])
            #expect(application.signIns == 1 && application.consents == 1)
            #expect(again.identity.string("sub") == tokens.identity.string("sub"))
            #expect(again.identity.string("nonce") == "another")
            #expect(again.accessToken != tokens.accessToken)
        }
    }

    @Test(.requirement("oidc-form-post-2-4", "6749-3.1.1-3"), arguments: AnswerMode.allCases)
    func `answers a request without response_type with an error`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let refused = try await application.error(["response_type": nil])
            #expect(refused == "invalid_request")
            #expect(application.signIns == 0)
        }
    }

    @Test(.requirement("oidc-core-15.1-1", "oidc-core-10.1-1"), arguments: AnswerMode.allCases)
    func `signs with RS256 for a client that registered no algorithm`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let callback = "https://new.example/cb"
            let made = try await server.live.exchange(
                RequestText.request(
                    "POST", "/clients", ["content-type: application/json"],
                    body: #"{"redirect_uris":["\#(callback)"]}"#))
            #expect(made.status == 201)
            let client = try JSONObject(parsing: Array(made.body.utf8))
            let application = Application(
                server, mode, id: try #require(client.string("client_id")),
                secret: Secret(try #require(client.string("client_secret"))), callback: callback)
            let tokens = try await application.tokens()
            #expect(tokens.header.algorithm == "RS256")
        }
    }

    @Test(.requirement("oidc-core-2-11"))
    func `offers no unsigned ID tokens`() async throws {
        try await ConformanceServer.run { server in
            let algorithms = try #require(try await server.metadata().strings("id_token_signing_alg_values_supported"))
            #expect(!algorithms.contains("none") && algorithms.contains("RS256"))
            let body = #"{"redirect_uris":["https://new.example/cb"],"id_token_signed_response_alg":"none"}"#
            let refused = try await server.live.exchange(
                RequestText.request("POST", "/clients", ["content-type: application/json"], body: body))
            #expect(refused.status == 400 && refused.body.contains(#""invalid_client_metadata""#))
        }
    }

    @Test(.requirement("oidc-core-5.3-2", "oidc-core-5.3.1-1"), arguments: AnswerMode.allCases)
    func `answers at UserInfo to GET and POST with the token in the header`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let tokens = try await application.tokens(["scope": "openid email"])
            for method in ["GET", "POST"] {
                #expect(try await application.userInfo(tokens, by: method).string("email") == "ada@mail.example")
            }
        }
    }

    @Test(arguments: AnswerMode.allCases)
    func `takes no access token in a body at UserInfo, not even a good one`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let tokens = try await Application(server, mode).tokens()
            let answer = try await server.live.exchange(
                RequestText.form("/userinfo", "access_token=\(tokens.accessToken)", authorization: nil))
            #expect(answer.status == 401)
            #expect(answer.header("www-authenticate") == #"Bearer realm="tessera""#)
        }
    }

    @Test(arguments: AnswerMode.allCases)
    func `needs no nonce for a code`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let tokens = try await Application(server, mode).tokens(["nonce": nil])
            #expect(tokens.identity["nonce"] == nil)
        }
    }

    @Test(
        .requirement("7636-5-1"), arguments: AnswerMode.allCases)
    func `lets a client go without PKCE that was registered so and sends a nonce`(mode: AnswerMode) async throws {
        let old: KeyValuePairs<String, String?> = ["code_challenge": nil, "code_challenge_method": nil]
        try await ConformanceServer.run {
            $0.mayOmitPKCE = true
        } _: { server in
            let application = Application(server, mode)
            let code = try #require(try await application.authorize(old)["code"])
            let answer = try await application.exchange(code, verifier: nil)
            _ = try await ReceivedTokens(answer, from: server, for: "rp")
        }
        try await ConformanceServer.run { server in
            let refused = try await Application(server, mode).error(old)
            #expect(refused == "invalid_request")
        }
    }

    @Test(arguments: AnswerMode.allCases)
    func `reads scopes and parameters in any order`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let scope = "phone address email profile openid"
            try await application.browser.get(
                "/authorize?" + application.request(["scope": scope], isReversed: true))
            let tokens = try await application.redeem(try #require(try await application.arrive()["code"]))
            #expect(try await application.userInfo(tokens).string("name") == "Ada Lovelace")
        }
    }

    @Test(.requirement("oidc-core-3.1.2.1-1", "oidc-core-13.1-1", "9700-2.6-4"), arguments: AnswerMode.allCases)
    func `takes a request by POST, which another site sends without cookies`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            _ = try await application.tokens()
            let posted = try await server.live.exchange(
                RequestText.form(
                    "/authorize", application.request(), authorization: nil, "origin: https://rp.example"))
            #expect(posted.status == 303 && posted.header("access-control-allow-origin") == nil)
            try await application.browser.get(posted.header("location") ?? "")
            _ = try await application.redeem(try #require(try await application.arrive()["code"]))
            #expect(application.signIns == 1, "the browser brought its cookies")
        }
    }

    @Test(.requirement("6749-3.1-6", "6749-3.1-8", "6749-4.1.2.1-5"), arguments: AnswerMode.allCases)
    func `takes a parameter without a value for none, and refuses one that comes twice`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let tokens = try await application.tokens(["max_age": "", "prompt": "", "claims": "", "display": ""])
            #expect(tokens.identity.string("nonce") == "a nonce")
            let told: [(String, String?)] = [
                ("&state=b", nil), ("&nonce=a%20nonce", "a state/+&"), ("&zz=1&zz=2", "a state/+&"),
                ("&zz=%ff", "a state/+&"), ("&state=%ff", nil),
            ]
            for (wrong, state) in told {
                try await application.browser.get("/authorize?" + application.request() + wrong)
                let answer = try await application.arrive()
                #expect(answer["error"] == "invalid_request" && answer["state"] == state, "\(wrong)")
            }
            for twice in ["&client_id=rp", "&redirect_uri=https%3A%2F%2Frp.example%2Fcb"] {
                try await application.browser.get("/authorize?" + application.request() + twice)
                application.expectErrorPage()
            }
        }
    }

    @Test(.requirement("oidc-core-3.1.2.2-5", "6749-3.1-7"), arguments: AnswerMode.allCases)
    func `ignores parameters that it does not know`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            _ = try await Application(server, mode).tokens(["extra": "foobar"])
        }
    }

    /// Parameters that say what somebody would like, and never are the reason of an error.
    private static let wishes = [
        ("display", "page"), ("display", "popup"), ("display", "touch"), ("display", "wap"), ("login_hint", "ada"),
        ("ui_locales", "se"), ("ui_locales", "de en"), ("claims_locales", "se"), ("claims_locales", "de en"),
    ]

    @Test(
        .requirement(
            "oidc-core-3.1.2.1-10", "oidc-core-3.1.2.1-21", "oidc-core-3.1.2.1-25", "oidc-core-15.1-3",
            "oidc-core-15.1-4"), arguments: AnswerMode.allCases, wishes)
    func `goes on with what is only wished for`(mode: AnswerMode, wish: (name: String, value: String)) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let tokens = try await application.tokens([wish.name: wish.value])
            #expect(application.signIns == 1)
            #expect(try await application.userInfo(tokens).string("sub") != nil)
        }
    }

    @Test(
        .requirement("oidc-core-3.1.2.1-26", "oidc-core-15.1-7"), arguments: AnswerMode.allCases,
        ["urn:tessera:acr:pwd", "1 2", "urn:x:gold urn:tessera:acr:pwd"])
    func `tells the class of a sign-in, whichever was preferred`(mode: AnswerMode, wanted: String) async throws {
        try await ConformanceServer.run { server in
            let tokens = try await Application(server, mode).tokens(["acr_values": wanted])
            #expect(tokens.identity.string("acr") == "urn:tessera:acr:pwd")
        }
    }

    @Test(.requirement("oidc-core-9-1"), arguments: AnswerMode.allCases)
    func `knows a client by its secret in the body`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode, id: "second")
            let tokens = try await application.tokens()
            #expect(try await application.userInfo(tokens).string("sub") != nil)
        }
    }
}
