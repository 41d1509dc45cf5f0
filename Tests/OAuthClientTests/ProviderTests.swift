import JOSE
import OAuth
import OAuthClient
import TestSupport
import Testing

@Suite struct `A provider` {
    @Test func `is asked once a day`() async throws {
        let app = try Application()
        let first = try await app.provider.configuration(at: app.now)
        #expect(first.tokenEndpoint == "https://id.example/t/token")
        _ = try await app.provider.configuration(at: app.now + .seconds(86_399))
        #expect(await app.crafted.count("openid-configuration") == 1)
        _ = try await app.provider.configuration(at: app.now + .seconds(86_400))
        #expect(await app.crafted.count("openid-configuration") == 2)
    }

    @Test(
        .requirement("oidc-discovery-4.3-1"),
        arguments: [
            ("issuer", JSONValue.string("https://id.example")), ("issuer", .string("https://id.example/t/")),
            ("issuer", .string("https://evil.example/t")), ("issuer", .null),
            ("jwks_uri", .string("http://id.example/t/jwks")), ("jwks_uri", .string("https://evil.example/jwks")),
            ("jwks_uri", .string("https://id.example/../jwks")), ("jwks_uri", .string("file:///etc/keys")),
            ("jwks_uri", .null), ("token_endpoint", .string("https://id.example@evil.example/token")),
            ("token_endpoint", .string("https://id.example.evil.example/token")), ("token_endpoint", .integer(1)),
            ("authorization_endpoint", .string("javascript:alert(1)")), ("authorization_endpoint", .null),
            ("userinfo_endpoint", .string("https://id.example:444/u")), ("end_session_endpoint", .string("/logout")),
            ("code_challenge_methods_supported", .null),
            ("code_challenge_methods_supported", .array([.string("plain")])),
        ])
    func `is refused when its document could lead elsewhere`(member: String, value: JSONValue) async throws {
        let app = try Application()
        await app.crafted.set(member, to: value)
        let error = await #expect(throws: OAuthClientError.self) { try await app.provider.configuration(at: app.now) }
        guard case .discovery = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let tokenRequests = await app.crafted.tokenRequests.count
        #expect(tokenRequests == 0)
    }

    @Test func `may have endpoints at an origin that the application names`() async throws {
        let crafted = try CraftedProvider()
        await crafted.set("jwks_uri", to: .string("https://keys.example/jwks"))
        let issuer = try #require(Issuer(CraftedProvider.issuerText))
        let provider = Provider(issuer: issuer, transport: crafted, allowingEndpointsAt: ["https://keys.example"])
        #expect(try await provider.configuration(at: CraftedProvider.now).keySetURL == "https://keys.example/jwks")
    }

    @Test func `that cannot be reached is unavailable, and says nothing more`() async throws {
        let app = try Application()
        await app.crafted.goDown()
        await #expect(throws: OAuthClientError.unavailable("the provider cannot be reached")) {
            try await app.provider.configuration(at: app.now)
        }
    }

    @Test func `is asked for new keys once when a token names one that is unknown`() async throws {
        let app = try Application()
        _ = try await app.signIn()
        #expect(await app.crafted.count("/jwks") == 1)
        await app.crafted.publish([app.crafted.key, app.crafted.otherKey])
        let later = app.now + .seconds(40)
        let logout = RelyingPartyLogout(provider: app.provider, client: app.client)
        var claims = app.claims(
            nonce: nil, ["events": .object(JSONObject([(LogoutTokenClaims.event, .object(JSONObject()))]))])
        for number in 0..<5 {
            claims["jti"] = .string("t\(number)")
            let token = try app.sign(claims, type: "logout+jwt", key: app.crafted.otherKey)
            #expect(try await logout.notice(Array("logout_token=\(token)".utf8), at: later).session?.rawValue == "s1")
        }
        #expect(await app.crafted.count("/jwks") == 2)
        let stranger = try SigningKey.generate(.ES256)
        for _ in 0..<5 {
            let token = try app.sign(claims, type: "logout+jwt", key: stranger)
            await #expect(throws: OAuthClientError.token(.unknownKey)) {
                try await logout.notice(Array("logout_token=\(token)".utf8), at: later)
            }
        }
        #expect(await app.crafted.count("/jwks") == 2)
    }
}
