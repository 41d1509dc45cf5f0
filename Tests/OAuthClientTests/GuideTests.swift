import JOSE
import OAuth
import OAuthClient
import TestSupport
import Testing

/// The lines of docs/guide/client-library.md, in their order.
@Suite struct `The guide of the client library` {
    @Test func `leads from a sign-in to its end`() async throws {
        let app = try Application()
        let (transport, now) = (app.crafted, app.now)
        let issuer = try #require(Issuer(CraftedProvider.issuerText))
        let id = try #require(ClientID("app"))
        let secret = Secret("s3:cr€t")

        let provider = Provider(issuer: issuer, transport: transport)
        let client = RelyingPartyClient(
            id: id, authentication: .secretBasic(secret), redirectURI: "https://app.example/cb")
        let flow = AuthorizationCodeFlow(provider: provider, client: client)

        var wishes = SignInWishes()
        wishes.scope = try Scope("openid profile email offline_access")
        let (location, pending) = try await flow.start(wishes, at: now)

        let sent = try FormParameters(Array(try #require(location.split(separator: "?").last).utf8))
        await app.answer(try app.sign(app.claims(nonce: sent["nonce"])))
        await app.crafted.answerUserInfo(#"{"sub":"u1","name":"Ada"}"#, contentType: "application/json")
        let query = app.callback(sent)

        let signedIn = try await flow.finish(query, pending: pending, at: now)
        let subject = signedIn.idToken.subject
        let claims = try await flow.userInfo(signedIn.tokens.accessToken, of: signedIn.idToken, at: now)
        #expect(subject.rawValue == "u1" && claims?.string("name") == "Ada")

        let session = flow.session(signedIn)
        let token = try await session.accessToken(at: now)
        #expect(token.revealedValue == "at1")

        let logout = RelyingPartyLogout(provider: provider, client: client)
        if let left = await session.forget() { try? await session.revoke(left, at: now) }
        let target = try await logout.location(
            ending: signedIn.idToken, returningTo: "https://app.example/bye", state: nil, at: now)
        #expect(await app.crafted.count("/revoke") == 1 && target?.contains("/logout?id_token_hint=") == true)

        let says: [String: JSONValue] = [
            "events": .object(JSONObject([(LogoutTokenClaims.event, .object(JSONObject()))])), "jti": .string("t1"),
            "at_hash": .null,
        ]
        let body = Array("logout_token=\(try app.sign(app.claims(nonce: nil, says), type: "logout+jwt"))".utf8)
        let notice = try await logout.notice(body, at: now)
        #expect(notice.session == signedIn.idToken.session)
    }
}
