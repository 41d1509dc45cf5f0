import JOSE
import OAuth
import TestSupport
import Testing

@Suite struct `Claims about a person` {
    private func person() throws -> JSONObject {
        try JSONObject(
            parsing: Array(
                #"{"name":"Ann","email":"a@b.example","email_verified":true,"phone_number":null,"sub":"no","#.utf8)
                + Array(#""groups":["g"],"department":"x","locale":"de"}"#.utf8))
    }

    @Test(.requirement("oidc-core-5.4-1", "oidc-core-5.3.2-1")) func `are those that a scope opens`() throws {
        let person = try person()
        let profile = StandardClaims.select(from: person, scope: try Scope("openid profile phone orders.read"))
        #expect(profile.members.map(\.name) == ["name", "locale"])
        let email = StandardClaims.select(from: person, scope: try Scope("email groups"))
        #expect(email.members.map(\.name) == ["email", "email_verified", "groups"])
    }

    @Test(.requirement("oidc-core-5.5-3")) func `are selected by name and value, and never replace the issuer's own`()
        throws
    {
        let request = try ClaimsRequest(
            #"{"userinfo":{"name":{"value":"Bob"},"locale":{"values":["en","de"]},"sub":null,"department":null}}"#)
        let selected = StandardClaims.select(from: try person(), requested: request.userInfo)
        #expect(selected.members.map(\.name) == ["locale", "department"])
        #expect(StandardClaims.isAllowed("email", by: try Scope("email")))
        #expect(!StandardClaims.isAllowed("department", by: try Scope("openid profile")))
    }

    @Test(.requirement("oidc-core-5.3.2-2", "oidc-core-5.3.2-5")) func `of UserInfo start with the subject`() throws {
        let claims = UserInfoClaims(
            subject: Subject(unchecked: "u1"),
            personal: JSONObject([("sub", .string("evil")), ("name", .string("Ann"))]))
        #expect(String(decoding: claims.json, as: UTF8.self) == #"{"sub":"u1","name":"Ann"}"#)
        let issuer = try #require(Issuer("https://id.example"))
        let signed = try JSONObject(parsing: claims.signedJSON(issuer: issuer, audience: ClientID(unchecked: "app")))
        #expect(signed.string("iss") == "https://id.example" && signed.string("aud") == "app")
    }

    @Test(.requirement("oidc-core-2-1", "oidc-core-2-4", "oidc-core-2-6"))
    func `of an ID token cannot replace what it proves`() throws {
        let issuer = try #require(Issuer("https://id.example"))
        let claims = IDTokenClaims(
            issuer: issuer, subject: Subject(unchecked: "u1"), audience: ClientID(unchecked: "app"),
            issuedAt: NumericDate(secondsSince1970: 100), expiresAt: NumericDate(secondsSince1970: 400),
            authentication: AccessTokenAuthentication(
                time: NumericDate(secondsSince1970: 90), acr: "urn:x", methods: ["pwd"], session: SessionID("s1")),
            nonce: "n",
            personal: JSONObject([("iss", .string("evil")), ("nonce", .string("evil")), ("name", .string("Ann"))]))
        let json = try JSONObject(parsing: claims.json)
        #expect(json.string("iss") == "https://id.example" && json.string("nonce") == "n")
        #expect(json.string("aud") == "app" && json.integer("auth_time") == 90 && json.string("sid") == "s1")
        #expect(json.strings("amr") == ["pwd"] && json.string("name") == "Ann")
    }

    // OpenID Core Appendix A.3
    @Test(.requirement("oidc-core-3.1.3.6-1")) func `bind an access token by half of its hash`() {
        let token = Secret("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")
        #expect(IDTokenClaims.halfHash(of: token, for: .RS256) == "77QmUPtjPfzWtF2AnpK9RQ")
        #expect(IDTokenClaims.halfHash(of: token, for: .ES384).utf8.count == 32)
        #expect(IDTokenClaims.halfHash(of: token, for: .EdDSA).utf8.count == 43)
    }

    @Test(
        .requirement(
            "oidc-back-channel-logout-2.4-1", "oidc-back-channel-logout-2.4-2", "oidc-back-channel-logout-2.4-3",
            "oidc-back-channel-logout-2.4-4")) func `of a logout token name the event and no nonce`() throws
    {
        let claims = LogoutTokenClaims(
            issuer: try #require(Issuer("https://id.example")), audience: ClientID(unchecked: "app"),
            tokenID: TokenID(unchecked: "t"), issuedAt: NumericDate(secondsSince1970: 1),
            expiresAt: NumericDate(secondsSince1970: 2), subject: Subject(unchecked: "u"), session: SessionID("s"))
        let json = try JSONObject(parsing: claims.json)
        #expect(json.object("events")?.object(LogoutTokenClaims.event)?.isEmpty == true)
        #expect(json["nonce"] == nil && json.string("sid") == "s")
    }

    @Test func `of an access token say how the person signed in, if one did`() throws {
        var claims = AccessTokenClaims(
            issuer: "https://id.example", subject: Subject(unchecked: "u"), clientID: ClientID(unchecked: "c"),
            audience: [try ResourceIndicator("https://a.example")], tokenID: TokenID(unchecked: "t"), scope: .empty,
            issuedAt: NumericDate(secondsSince1970: 1), expiresAt: NumericDate(secondsSince1970: 2),
            grant: GrantID(unchecked: "g"), epochs: TokenEpochs())
        #expect(AccessTokenClaims(try JSONObject(parsing: claims.json)) == claims)
        claims.authentication = AccessTokenAuthentication(
            time: NumericDate(secondsSince1970: 0), acr: "a", methods: ["pwd"], session: SessionID("s"))
        #expect(AccessTokenClaims(try JSONObject(parsing: claims.json)) == claims)
    }
}
