import JOSE
import OAuth
import OAuthClient
import TestSupport
import Testing

@Suite struct `An ID token` {
    private static let now = CraftedProvider.now.secondsSince1970

    @Test(
        .requirement("oidc-core-3.1.3.7-1", "oidc-discovery-4.3-2"),
        arguments: [
            ("iss", JSONValue.string("https://evil.example"), TokenProblem.wrongIssuer), ("iss", .null, .wrongIssuer),
            ("aud", .string("other"), .wrongAudience), ("aud", .null, .wrongAudience),
            ("aud", .array([]), .wrongAudience),
            ("aud", .array([.string("app"), .string("other")]), .wrongAudience), ("azp", .string("other"), .wrongParty),
            ("azp", .integer(1), .wrongParty), ("nonce", .null, .wrongNonce), ("nonce", .string("other"), .wrongNonce),
            ("exp", .integer(now - 60), .expired), ("exp", .null, .malformed), ("iat", .null, .malformed),
            ("iat", .integer(now + 61), .fromTheFuture), ("nbf", .integer(now + 61), .fromTheFuture),
            ("iat", .integer(now - 61), .tooOld), ("at_hash", .string("other"), .wrongAccessTokenHash),
            ("at_hash", .integer(1), .wrongAccessTokenHash), ("sub", .null, .wrongSubject),
            ("sub", .string(""), .wrongSubject),
            ("sub", .string(String(repeating: "u", count: 256)), .wrongSubject),
        ])
    func `is refused when a claim is wrong`(claim: String, value: JSONValue, problem: TokenProblem) async throws {
        let app = try Application()
        let (pending, sent) = try await app.start()
        await app.answer(try app.sign(app.claims(nonce: sent["nonce"], [claim: value])))
        await #expect(throws: OAuthClientError.token(problem)) {
            try await app.flow.finish(app.callback(sent), pending: pending, at: app.now)
        }
    }

    @Test(arguments: [
        ("azp", JSONValue.string("app")), ("aud", .array([.string("app")])), ("at_hash", .null), ("auth_time", .null),
        ("iat", .integer(now - 59)), ("iat", .integer(now + 60)), ("exp", .integer(now - 59)),
    ])
    func `is accepted within the tolerance`(claim: String, value: JSONValue) async throws {
        let app = try Application()
        let (pending, sent) = try await app.start()
        await app.answer(try app.sign(app.claims(nonce: sent["nonce"], [claim: value])))
        let signedIn = try await app.flow.finish(app.callback(sent), pending: pending, at: app.now)
        #expect(signedIn.idToken.subject.rawValue == "u1")
    }

    @Test func `is refused with another algorithm than the registered one`() async throws {
        let app = try Application()
        let other = try SigningKey.generate(.EdDSA)
        await app.crafted.publish([app.crafted.key, other])
        let (pending, sent) = try await app.start()
        await app.answer(try app.sign(app.claims(nonce: sent["nonce"]), key: other))
        await #expect(throws: OAuthClientError.token(.wrongAlgorithm)) {
            try await app.flow.finish(app.callback(sent), pending: pending, at: app.now)
        }
    }

    @Test func `is refused without a signature`() async throws {
        let app = try Application()
        let (pending, sent) = try await app.start()
        let header = Base64URL.encode(Array(#"{"alg":"none"}"#.utf8))
        let body = Base64URL.encode(app.claims(nonce: sent["nonce"]).jsonBytes)
        for token in ["\(header).\(body).", "\(header).\(body)", "x", ""] {
            await app.answer(token)
            await #expect(throws: OAuthClientError.self) {
                try await app.flow.finish(app.callback(sent), pending: pending, at: app.now)
            }
        }
    }

    @Test func `is refused when it is a token of another kind, by a stranger, or not there`() async throws {
        let app = try Application()
        let (pending, sent) = try await app.start()
        let claims = app.claims(nonce: sent["nonce"])
        for type in ["at+jwt", "logout+jwt"] {
            await app.answer(try app.sign(claims, type: type))
            await #expect(throws: OAuthClientError.token(.wrongSignature)) {
                try await app.flow.finish(app.callback(sent), pending: pending, at: app.now)
            }
        }
        await app.answer(try app.sign(claims, key: app.crafted.otherKey))
        await #expect(throws: OAuthClientError.token(.unknownKey)) {
            try await app.flow.finish(app.callback(sent), pending: pending, at: app.now)
        }
        await app.crafted.answerTokens(#"{"access_token":"at1","token_type":"Bearer"}"#)
        await #expect(throws: OAuthClientError.token(.missing)) {
            try await app.flow.finish(app.callback(sent), pending: pending, at: app.now)
        }
    }

    @Test(
        .requirement("oidc-core-3.1.3.7-2"),
        arguments: [(JSONValue.null, false), (.integer(now - 131), false), (.integer(now - 129), true)])
    func `proves a recent sign-in where one was asked for`(time: JSONValue, isGood: Bool) async throws {
        let app = try Application()
        let (pending, sent) = try await app.start { $0.maxAge = 70 }
        await app.answer(try app.sign(app.claims(nonce: sent["nonce"], ["auth_time": time])))
        let result = try? await app.flow.finish(app.callback(sent), pending: pending, at: app.now)
        #expect((result != nil) == isGood)
    }

    @Test(
        .requirement("oidc-core-3.1.3.7-2"),
        arguments: [(JSONValue.null, false), (.string("pwd"), false), (.string("mfa"), true)])
    func `proves the way of signing in where one was asked for`(acr: JSONValue, isGood: Bool) async throws {
        let app = try Application()
        let (pending, sent) = try await app.start { $0.contextClasses = ["mfa"] }
        await app.answer(try app.sign(app.claims(nonce: sent["nonce"], ["acr": acr])))
        let result = try? await app.flow.finish(app.callback(sent), pending: pending, at: app.now)
        #expect((result != nil) == isGood)
    }
}
