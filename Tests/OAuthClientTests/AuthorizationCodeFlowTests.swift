import JOSE
import OAuth
import OAuthClient
import TestSupport
import Testing

@Suite struct `Signing in` {
    @Test(.requirement("6749-4.1.1-2", "oidc-core-3.1.2.1-8")) func `sends three secrets that have nothing in common`()
        async throws
    {
        let app = try Application()
        let (pending, sent) = try await app.start { $0.scope = Scope(unchecked: ["openid", "email"]) }
        let state = try #require(sent["state"])
        let nonce = try #require(sent["nonce"])
        let challenge = try #require(sent["code_challenge"])
        #expect(Set([state, nonce, challenge]).count == 3 && sent["code_challenge_method"] == "S256")
        #expect(sent["scope"] == "openid email" && sent["response_type"] == "code")
        #expect(pending.state.revealedValue == state)
        #expect(!"\(pending)".contains(state) && !"\(pending)".contains(nonce))

        await app.answer(try app.sign(app.claims(nonce: nonce)))
        _ = try await app.flow.finish(app.callback(sent), pending: pending, at: app.now)
        let redeemed = try #require(await app.crafted.tokenRequests.first)
        let verifier = try #require(redeemed["code_verifier"])
        #expect(CodeChallenge(challenge)?.matches(Secret(verifier)) == true)
        // The verifier is neither the state nor anywhere in the address.
        #expect(verifier != state && verifier != nonce)
        #expect(!sent.names.contains { sent.all($0).contains { $0.contains(verifier) } })
        #expect(redeemed["redirect_uri"] == "https://app.example/cb" && redeemed["code"] == "c1")
        #expect(redeemed["client_secret"] == nil)
    }

    @Test func `proves who came back`() async throws {
        let app = try Application()
        let signedIn = try await app.signIn()
        #expect(signedIn.idToken.subject.rawValue == "u1" && signedIn.idToken.session?.rawValue == "s1")
        #expect(signedIn.tokens.accessToken.revealedValue == "at1")
        #expect(signedIn.tokens.expiresAt == app.now + .seconds(300))
        let header = try #require(await app.crafted.requests.last { $0.url.hasSuffix("/token") }?.authorization)
        // app:s3%3Acr%E2%82%ACt, as RFC 6749 §2.3.1 wants it.
        #expect(header.revealedValue == "Basic YXBwOnMzJTNBY3IlRTIlODIlQUN0")
    }

    @Test(
        .requirement("9207-2.4-1", "9207-2.4-2", "9700-4.4.2-1"),
        arguments: [
            ("code=c1&state=STATE&iss=ISS&state=STATE", CallbackProblem.malformed),
            ("code=c1&code=c2&state=STATE&iss=ISS", .malformed), ("code=c1&state=STATE&iss=ISS&iss=ISS", .malformed),
            ("code=%zz&state=STATE&iss=ISS", .malformed), ("code=c1&state=STATE&iss=ISS&x=%00", .malformed),
            ("code=c1&iss=ISS", .wrongState), ("code=c1&state=&iss=ISS", .wrongState),
            ("code=c1&state=STATEx&iss=ISS", .wrongState), ("code=c1&state=other&iss=ISS", .wrongState),
            ("error=access_denied&state=other&iss=ISS", .wrongState),
            ("code=c1&state=STATE", .missingIssuer),
            ("code=c1&state=STATE&iss=https%3A%2F%2Fevil.example", .wrongIssuer),
            ("code=c1&state=STATE&iss=ISS%2F", .wrongIssuer), ("error=x&state=STATE", .missingIssuer),
            ("state=STATE&iss=ISS", .missingCode),
        ])
    func `believes only the answer to its own question`(query: String, problem: CallbackProblem) async throws {
        let app = try Application()
        let (pending, sent) = try await app.start()
        let text = query.replacing("STATE", with: try #require(sent["state"]))
            .replacing("ISS", with: "https%3A%2F%2Fid.example%2Ft")
        await #expect(throws: OAuthClientError.callback(problem)) {
            try await app.flow.finish(Array(text.utf8), pending: pending, at: app.now)
        }
        #expect(await app.crafted.tokenRequests.isEmpty)
    }

    @Test func `is refused when somebody else's browser brings the answer`() async throws {
        let app = try Application()
        let (_, sent) = try await app.start()
        let (other, _) = try await app.start()
        await #expect(throws: OAuthClientError.callback(.wrongState)) {
            try await app.flow.finish(app.callback(sent), pending: other, at: app.now)
        }
    }

    @Test func `is over after half an hour`() async throws {
        let app = try Application()
        let (pending, sent) = try await app.start()
        await #expect(throws: OAuthClientError.callback(.expired)) {
            try await app.flow.finish(app.callback(sent), pending: pending, at: app.now + .seconds(1800))
        }
    }

    @Test func `takes an error for an error, even beside a code`() async throws {
        let app = try Application()
        let (pending, sent) = try await app.start()
        let query = app.callback(sent) + Array("&error=access_denied&error_description=no".utf8)
        await #expect(throws: OAuthClientError.refused(code: "access_denied", description: "no")) {
            try await app.flow.finish(query, pending: pending, at: app.now)
        }
        #expect(await app.crafted.tokenRequests.isEmpty)
    }

    @Test func `does without iss only where the provider never sends one`() async throws {
        let app = try Application()
        await app.crafted.set("authorization_response_iss_parameter_supported", to: .null)
        let (pending, sent) = try await app.start()
        await app.answer(try app.sign(app.claims(nonce: sent["nonce"])))
        let query = Array("code=c1&state=\(try #require(sent["state"]))".utf8)
        #expect(try await app.flow.finish(query, pending: pending, at: app.now).idToken.subject.rawValue == "u1")
    }

    @Test(arguments: [
        (200, "application/json", #"{"access_token":"x","token_type":"mac"}"#),
        (200, "application/json", #"{"token_type":"Bearer"}"#), (200, "text/html", #"{"access_token":"x"}"#),
        (200, "application/json", #"{"access_token":"x","access_token":"y","token_type":"Bearer"}"#),
        (200, "application/json", "<html>"), (500, "application/json", "{}"), (302, "text/html", ""),
    ])
    func `fails when the token endpoint answers nonsense`(status: Int, type: String, body: String) async throws {
        let app = try Application()
        let (pending, sent) = try await app.start()
        await app.crafted.answerTokens(body, status: status, contentType: type)
        let error = await #expect(throws: OAuthClientError.self) {
            try await app.flow.finish(app.callback(sent), pending: pending, at: app.now)
        }
        guard case .unavailable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `names the error of the token endpoint`() async throws {
        let app = try Application()
        let (pending, sent) = try await app.start()
        await app.crafted.answerTokens(#"{"error":"invalid_grant"}"#, status: 400)
        await #expect(throws: OAuthClientError.refused(code: "invalid_grant", description: nil)) {
            try await app.flow.finish(app.callback(sent), pending: pending, at: app.now)
        }
    }

    @Test func `can prove the client by a key of its own`() async throws {
        let key = try SigningKey.generate(.ES256)
        let app = try Application(authentication: .privateKey(key))
        _ = try await app.signIn()
        let assertion = try #require(await app.crafted.tokenRequests.first?["client_assertion"])
        let claims = try UnverifiedJWT(assertion).verified(by: key.verificationKey, type: .jwtOrAbsent).claims
        #expect(claims.string("aud") == CraftedProvider.issuerText && claims.string("sub") == "app")
    }

    @Test(.requirement("oidc-core-5.3.2-3")) func `asks UserInfo about the same person only`() async throws {
        let app = try Application()
        let signedIn = try await app.signIn()
        await app.crafted.answerUserInfo(#"{"sub":"u1","name":"Ann"}"#, contentType: "application/json")
        let claims = try await app.flow.userInfo(signedIn.tokens.accessToken, of: signedIn.idToken, at: app.now)
        #expect(claims?.string("name") == "Ann")
        await app.crafted.answerUserInfo(#"{"sub":"u2","name":"Eve"}"#, contentType: "application/json")
        await #expect(throws: OAuthClientError.token(.wrongSubject)) {
            try await app.flow.userInfo(signedIn.tokens.accessToken, of: signedIn.idToken, at: app.now)
        }
        let signed = try app.sign(app.claims(nonce: nil, ["aud": .string("other")]))
        await app.crafted.answerUserInfo(signed, contentType: "application/jwt")
        await #expect(throws: OAuthClientError.token(.wrongAudience)) {
            try await app.flow.userInfo(signedIn.tokens.accessToken, of: signedIn.idToken, at: app.now)
        }
    }
}
