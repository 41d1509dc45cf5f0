import JOSE
import OAuth
import OAuthClient
import TestSupport
import Testing

@Suite struct `A logout` {
    private static let now = CraftedProvider.now.secondsSince1970
    private static let event = JSONValue.object(JSONObject([(LogoutTokenClaims.event, .object(JSONObject()))]))

    private func body(
        _ app: Application, _ changes: [String: JSONValue] = [:], type: String = "logout+jwt"
    ) throws
        -> [UInt8]
    {
        var claims: [String: JSONValue] = ["events": Self.event, "jti": .string("t1"), "at_hash": .null]
        claims.merge(changes) { $1 }
        return Array("logout_token=\(try app.sign(app.claims(nonce: nil, claims), type: type))".utf8)
    }

    @Test func `sends the browser to the provider with its ID token`() async throws {
        let app = try Application()
        let signedIn = try await app.signIn()
        let logout = RelyingPartyLogout(provider: app.provider, client: app.client)
        let location = try #require(
            try await logout.location(
                ending: signedIn.idToken, returningTo: "https://app.example/bye", state: "s&t", at: app.now))
        #expect(location.hasPrefix("https://id.example/t/logout?id_token_hint=\(signedIn.idToken.text)&"))
        #expect(location.hasSuffix("post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye&state=s%26t"))
    }

    @Test func `needs no token in an address where the provider knows the session by its name`() async throws {
        let app = try Application()
        let signedIn = try await app.signIn()
        let logout = RelyingPartyLogout(provider: app.provider, client: app.client)
        let location = try #require(
            try await logout.location(
                ending: signedIn.idToken.session, returningTo: "https://app.example/bye", state: nil, at: app.now))
        #expect(location.hasPrefix("https://id.example/t/logout?logout_hint=s1&client_id="))
        #expect(!location.contains(signedIn.idToken.text) && !location.contains("id_token_hint"))
    }

    @Test(.requirement("oidc-back-channel-logout-2.6-1")) func `by the provider is believed once`() async throws {
        let app = try Application()
        let logout = RelyingPartyLogout(provider: app.provider, client: app.client)
        let notice = try await logout.notice(try body(app), at: app.now)
        #expect(notice.subject?.rawValue == "u1" && notice.session?.rawValue == "s1")
        let again = try body(app)
        await #expect(throws: OAuthClientError.token(.replayed)) { try await logout.notice(again, at: app.now) }
    }

    @Test(
        .requirement("oidc-back-channel-logout-2.6-1"),
        arguments: [
            ("iss", JSONValue.string("https://evil.example"), TokenProblem.wrongIssuer),
            ("aud", .string("other"), .wrongAudience), ("nonce", .string("n"), .notALogoutToken),
            ("events", .null, .notALogoutToken), ("events", .object(JSONObject()), .notALogoutToken),
            ("events", .array([.string(LogoutTokenClaims.event)]), .notALogoutToken), ("jti", .null, .notALogoutToken),
            ("exp", .integer(now - 60), .expired), ("exp", .null, .malformed), ("iat", .null, .malformed),
            ("iat", .integer(now + 61), .fromTheFuture), ("iat", .integer(now - 360), .tooOld),
        ])
    func `is refused when a claim is wrong`(claim: String, value: JSONValue, problem: TokenProblem) async throws {
        let app = try Application()
        let logout = RelyingPartyLogout(provider: app.provider, client: app.client)
        let token = try body(app, [claim: value])
        await #expect(throws: OAuthClientError.token(problem)) { try await logout.notice(token, at: app.now) }
    }

    @Test func `is refused without anybody to sign out`() async throws {
        let app = try Application()
        let logout = RelyingPartyLogout(provider: app.provider, client: app.client)
        let token = try body(app, ["sub": .null, "sid": .null])
        await #expect(throws: OAuthClientError.token(.notALogoutToken)) { try await logout.notice(token, at: app.now) }
    }

    @Test(.requirement("oidc-back-channel-logout-4.1-1"), arguments: ["JWT", "at+jwt"])
    func `is not to be had with an ID token`(type: String) async throws {
        let app = try Application()
        let logout = RelyingPartyLogout(provider: app.provider, client: app.client)
        let token = try body(app, type: type)
        await #expect(throws: OAuthClientError.token(.wrongSignature)) { try await logout.notice(token, at: app.now) }
    }

    @Test(arguments: ["", "logout_token=", "logout_token=x", "logout_token=a&logout_token=b", "x=1"])
    func `is refused when there is no token`(text: String) async throws {
        let app = try Application()
        let logout = RelyingPartyLogout(provider: app.provider, client: app.client)
        await #expect(throws: OAuthClientError.self) { try await logout.notice(Array(text.utf8), at: app.now) }
    }
}
