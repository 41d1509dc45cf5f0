import JOSE
import OAuth
import Storage
import TestSupport
import Testing

/// What the basic and the form post plan ask of codes and refresh tokens that are used again, or by somebody else.
@Suite(.timeLimit(.minutes(5))) struct `The tokens of the basic plan` {
    @Test(
        .requirement("oidc-core-3.1.3.4-1", "oidc-core-3.1.3.2-4", "9700-4.2.4-4"), arguments: AnswerMode.allCases,
        [0, 30])
    func `end when their code comes again, at once or later`(mode: AnswerMode, seconds: Int64) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let code = try #require(try await application.authorize()["code"])
            let tokens = try await application.redeem(code)
            server.clock.advance(seconds)
            let again = try await application.exchange(code)
            #expect(again.status == 400 && again.header("content-type") == "application/json")
            #expect(try JSONObject(parsing: Array(again.body.utf8)).string("error") == "invalid_grant")
            let after = try await server.live.exchange(
                RequestText.get("/userinfo", "authorization: Bearer \(tokens.accessToken)"))
            #expect(after.status == 401)
        }
    }

    @Test(.requirement("7636-4.6-1", "7636-4.6-2", "7636-4.4-2"), arguments: AnswerMode.allCases)
    func `are given for the verifier of the challenge, and for no other`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let code = try #require(try await application.authorize()["code"])
            #expect(!code.contains(Application.challenge) && !code.contains("S256"))
            for wrong in [nil, String(repeating: "a", count: 43), Application.challenge] {
                let refused = try await application.exchange(code, verifier: wrong)
                #expect(refused.status == 400 && refused.body.contains(#""invalid_grant""#))
            }
            _ = try await application.redeem(code)
        }
    }

    @Test(
        .requirement(
            "oidc-core-12.1-1", "oidc-core-12.2-1", "oidc-core-12.2-2", "oidc-core-12.2-3", "oidc-core-12.2-4",
            "oidc-core-12.2-5", "oidc-core-12.2-6", "oidc-core-12.2-7", "6749-10.4-2"), arguments: AnswerMode.allCases)
    func `are refreshed for the client that they were given to, and for no other`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let first = try await application.tokens(["scope": "openid offline_access", "prompt": "consent"])
            let refreshToken = try #require(first.refreshToken)
            #expect(refreshToken.utf8.allSatisfy { (0x20...0x7E).contains($0) })
            let second = Application(server, mode, id: "second", in: application.browser)
            _ = try await second.tokens(["scope": "openid offline_access", "prompt": "consent"])
            let stolen = try await second.refresh(refreshToken)
            #expect(stolen.status == 400 && stolen.header("content-type") == "application/json")
            #expect(try JSONObject(parsing: Array(stolen.body.utf8)).string("error") == "invalid_grant")

            server.clock.advance(5)
            let renewed = try await ReceivedTokens(application.refresh(refreshToken), from: server, for: "rp")
            #expect(renewed.accessToken != first.accessToken)
            for name in ["iss", "sub", "aud"] {
                #expect(renewed.identity.string(name) == first.identity.string(name))
            }
            #expect(renewed.identity.date("auth_time") == first.identity.date("auth_time"))
            #expect(renewed.identity["nonce"] == nil || renewed.identity.string("nonce") == "a nonce")
            #expect(try await application.userInfo(renewed).string("sub") != nil)
        }
    }
}
