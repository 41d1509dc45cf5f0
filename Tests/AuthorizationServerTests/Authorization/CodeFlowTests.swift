import AuthorizationServer
import JOSE
import OAuth
import Risk
import Storage
import TestSupport
import Testing

@Suite struct `A person who is signed in` {
    @Test(
        .requirement(
            "6749-4.1.2-5", "6749-6-5", "9207-2-1", "9207-2-3", "9207-2-4", "oidc-core-2-1", "oidc-core-2-4",
            "oidc-core-2-5", "oidc-core-2-6", "oidc-core-2-7", "oidc-core-2-8", "oidc-core-2-9", "oidc-core-3.1.2.5-1",
            "oidc-core-3.1.3.3-1", "oidc-core-3.1.2.1-20", "oidc-core-5.3.2-3", "oidc-core-12.2-1", "oidc-core-12.2-2",
            "oidc-core-12.2-3", "oidc-core-12.2-4", "oidc-core-12.2-5", "oidc-core-12.2-6", "oidc-core-12.2-7",
            "oidc-core-12.2-8", "oidc-core-15.1-5", "oidc-discovery-4.3-2"))
    func `comes from an application to a code, tokens, a refresh and UserInfo`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let response = try await journey.answer(Journey.parameters(), in: browser)
        guard case .code(let code) = response.outcome else { return #expect(Bool(false), "no code") }
        #expect(response.state == "s1" && response.redirectURI.rawValue == Journey.redirectURI)
        #expect(response.formFields.contains { $0 == ("iss", "https://id.example") })

        let tokens = try await journey.redeem(code)
        let claims = try Journey.claims(of: try #require(tokens.idToken))
        #expect(claims.string("iss") == "https://id.example" && claims.string("aud") == "web")
        #expect(claims.string("nonce") == "n1" && claims.strings("amr") == ["pwd"])
        #expect(claims.string("acr") == "urn:tessera:acr:pwd")
        #expect(claims.date("auth_time") == Journey.start && claims.string("sid") != nil)
        #expect(claims.string("at_hash") == IDTokenClaims.halfHash(of: tokens.accessToken, for: .ES256))
        #expect(tokens.scope == Scope(unchecked: ["openid", "profile", "offline_access"]))

        let info = try await journey.userInfo(tokens.accessToken)
        #expect(info.string("sub") == claims.string("sub") && info.string("preferred_username") == "ada")
        #expect(info["email"] == nil, "the scope email was not asked for")

        let later = Journey.start + .seconds(60)
        let again = try await journey.refresh(try #require(tokens.refreshToken), at: later)
        let renewed = try Journey.claims(of: try #require(again.idToken))
        #expect(renewed.string("sub") == claims.string("sub") && renewed.string("aud") == "web")
        #expect(renewed.date("auth_time") == Journey.start && renewed["nonce"] == nil)
        #expect(again.refreshToken != tokens.refreshToken && again.accessToken != tokens.accessToken)
        #expect(try await journey.userInfo(again.accessToken, at: later).string("sub") == claims.string("sub"))
    }

    @Test(.requirement("oidc-core-3.1.2.4-1", "oidc-core-11-1", "oidc-core-11-3"))
    func `is asked once, and not again for the same`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        guard
            case .wait(let first) = try await journey.provider.authorize(
                Journey.parameters(), browser: browser, at: Journey.start),
            case .consent(let prompt) = try await journey.provider.resumeAuthorization(
                first, browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "not asked") }
        #expect(prompt.items.allSatisfy { !$0.isNew }, "nothing was agreed to that it could be new beside")
        _ = try await journey.tokens(in: browser)
        guard
            case .respond = try await journey.provider.authorize(
                Journey.parameters(), browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "asked again") }
        let more = try Journey.parameters(["scope": "openid profile email offline_access"])
        guard case .wait(let handle) = try await journey.provider.authorize(more, browser: browser, at: Journey.start),
            case .consent(let prompt) = try await journey.provider.resumeAuthorization(
                handle, browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "not asked for what is new") }
        #expect(prompt.items.filter(\.isNew).map(\.id) == ["email"])
        #expect(prompt.items.filter(\.isRequired).map(\.id) == ["openid"])
    }

    @Test(.requirement("oidc-core-17.1-1", "9700-4.14.2-2"))
    func `gives what stays ticked, and nothing that a form makes up`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let form = try Journey.parameters(
            ["scope": "openid profile read write"], resources: [Journey.api.rawValue])
        guard case .wait(let handle) = try await journey.provider.authorize(form, browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "did not wait") }
        let choice = ConsentChoice(
            isAllowed: true, items: ["\(Journey.api) read", "email", "\(Issuance.opaqueAPI) refund"])
        #expect(
            try await journey.provider.decide(handle, choice, browser: browser, at: Journey.start) == .noted)
        guard
            case .respond(let response, _) = try await journey.provider.resumeAuthorization(
                handle, browser: browser, at: Journey.start), case .code(let code) = response.outcome
        else { return #expect(Bool(false), "no code") }
        let tokens = try await journey.redeem(code)
        #expect(tokens.scope == Scope(unchecked: ["openid", "read"]))
        let info = try await journey.userInfo(tokens.accessToken)
        #expect(info["preferred_username"] == nil && info["email"] == nil)
    }

    @Test(.requirement("oidc-core-3.1.2.4-1")) func `may say no, and the client hears it`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        guard
            case .wait(let handle) = try await journey.provider.authorize(
                Journey.parameters(), browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "did not wait") }
        let choice = ConsentChoice(isAllowed: false, items: ["openid"])
        #expect(try await journey.provider.decide(handle, choice, browser: browser, at: Journey.start) == .noted)
        guard
            case .respond(let response, _) = try await journey.provider.resumeAuthorization(
                handle, browser: browser, at: Journey.start), case .error(let error) = response.outcome
        else { return #expect(Bool(false), "no answer") }
        #expect(error.code == .accessDenied && response.state == "s1")
        guard
            case .refuse(.gone) = try await journey.provider.resumeAuthorization(
                handle, browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "the request is not spent") }
    }

    @Test(.requirement("9470-6.1-1", "9470-6.2-1", "9470-7-1"))
    func `says in access tokens and at introspection how and when the person signed in`() async throws {
        let journey = try await Journey()
        let later = Journey.start + .seconds(10)
        let form = try Journey.parameters(["scope": "openid read"], resources: [Journey.api.rawValue])
        let token = try await journey.redeem(
            try await journey.code(form, in: try await journey.signedIn(), at: later), resource: Journey.api, at: later
        ).accessToken
        let claims = try Journey.claims(of: token)
        #expect(claims.string("acr") == "urn:tessera:acr:pwd" && claims.date("auth_time") == Journey.start)
        let presented = try PresentedToken(Issuance.form("token=\(token.revealedValue)"))
        let answer = try await journey.provider.introspect(
            presented, from: Issuance.basic("orders"), caller: Issuance.caller, at: later)
        let told = try JSONObject(parsing: answer.response.json)
        #expect(told.string("acr") == "urn:tessera:acr:pwd" && told.date("auth_time") == Journey.start)
        let document = journey.provider.openIDMetadataDocument()
        #expect(try JSONObject(parsing: document.body).strings("acr_values_supported") == ["urn:tessera:acr:pwd"])
    }

    @Test func `finds that a request which waited belongs to the browser that began it`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        guard
            case .wait(let handle) = try await journey.provider.authorize(
                Journey.parameters(), browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "did not wait") }
        try await journey.people.person("bob")
        let stranger = try await journey.signedIn("bob")
        guard
            case .refuse(.ofAnotherBrowser) = try await journey.provider.resumeAuthorization(
                handle, browser: stranger, at: Journey.start)
        else { return #expect(Bool(false), "another browser went on") }
        let choice = ConsentChoice(isAllowed: true, items: ["openid"])
        #expect(try await journey.provider.decide(handle, choice, browser: stranger, at: Journey.start) == .gone)
    }

    @Test(.requirement("oidc-core-3.1.2.3-1", "oidc-core-3.1.2.1-25"))
    func `who is not signed in is asked to, and comes back to the same request`() async throws {
        let journey = try await Journey()
        let secret = SecretGenerator.system.secret(.browser)
        let browser = Browser(secret: secret, session: nil, caller: Issuance.caller)
        guard
            case .wait(let handle) = try await journey.provider.authorize(
                Journey.parameters(["login_hint": "ada"]), browser: browser, at: Journey.start),
            case .signIn(let prompt) = try await journey.provider.resumeAuthorization(
                handle, browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "no sign-in page") }
        #expect(prompt.loginHint == "ada" && prompt.client.host == "web.example" && prompt.again == nil)
        let choice = ConsentChoice(isAllowed: true, items: ["openid"])
        #expect(try await journey.provider.decide(handle, choice, browser: browser, at: Journey.start) == .notSignedIn)
    }

    @Test(
        .requirement(
            "oidc-core-2-10", "oidc-core-2-11", "oidc-core-2-12", "oidc-core-3.1.3.6-1", "oidc-core-10.1-1",
            "oidc-core-15.1-1"), arguments: Algorithm.allCases)
    func `gets an ID token that is signed with the algorithm of the client`(algorithm: Algorithm) async throws {
        let journey = try await Journey { $0.relyingParty?.idTokenAlgorithm = algorithm }
        let tokens = try await journey.tokens(in: try await journey.signedIn())
        let text = try #require(tokens.idToken).revealedValue
        let key = try #require(journey.provider.keyRing.snapshot.signer(algorithm, after: nil, at: Journey.start))
        let claims = try UnverifiedJWT(text).verified(by: key.verificationKey, type: .exactly("JWT")).claims
        #expect(claims.string("at_hash") == IDTokenClaims.halfHash(of: tokens.accessToken, for: algorithm))
        #expect(journey.provider.idTokenHint(text)?.client == Journey.web)
        #expect(journey.provider.idTokenHint(tokens.accessToken.revealedValue) == nil, "an access token is no hint")
    }

    @Test(.requirement("oidc-core-5.5-1", "oidc-core-5.5-3", "oidc-core-5.5.1-1"))
    func `learns in the ID token what the claims parameter asks for, as far as the scopes open it`() async throws {
        let journey = try await Journey { $0.relyingParty?.identityScope = Scope(unchecked: ["openid", "email"]) }
        let claims = #"{"id_token":{"email":{"essential":true},"preferred_username":null,"sub":null,"iss":null}}"#
        let form = try Journey.parameters(["scope": "openid email", "claims": claims])
        let tokens = try await journey.tokens(form, in: try await journey.signedIn())
        let token = try Journey.claims(of: try #require(tokens.idToken))
        #expect(token.string("email") == "ada@mail.example" && token["preferred_username"] == nil)
        #expect(token.string("iss") == "https://id.example")
    }

    @Test(.requirement("oidc-core-3.1.2.1-13", "oidc-core-15.1-2"))
    func `is sent again to sign in with prompt=login, and only once`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        _ = try await journey.tokens(in: browser)
        let later = Journey.start + .seconds(100)
        let form = try Journey.parameters(["prompt": "login"])
        guard case .wait(let handle) = try await journey.provider.authorize(form, browser: browser, at: later),
            case .signIn(let prompt) = try await journey.provider.resumeAuthorization(
                handle, browser: browser, at: later)
        else { return #expect(Bool(false), "not asked") }
        #expect(prompt.again?.username == "ada")
        guard
            case .signedIn(let secrets, _) = try await journey.people.signIn(
                "ada", in: browser, handle: handle, at: later)
        else { return #expect(Bool(false), "not signed in") }
        let fresh = People.browser(secrets: secrets)
        guard
            case .respond(let response, _) = try await journey.provider.resumeAuthorization(
                handle, browser: fresh, at: later), case .code(let code) = response.outcome
        else { return #expect(Bool(false), "asked again") }
        let token = try #require(try await journey.redeem(code, at: later).idToken)
        #expect(try Journey.claims(of: token).date("auth_time") == later)
    }

    @Test func `is slowed at one address that begins more requests than anybody needs`() async throws {
        var policy = ServerPolicy()
        policy.requestThrottle = ThrottlePolicy(burst: 3, perMinute: 1)
        let journey = try await Journey(policy: policy)
        let browser = Browser(secret: nil, session: nil, caller: Issuance.caller)
        for _ in 0..<3 {
            _ = try await journey.provider.authorize(Journey.parameters(), browser: browser, at: Journey.start)
        }
        let error = await #expect(throws: Rejection.self) {
            _ = try await journey.provider.authorize(Journey.parameters(), browser: browser, at: Journey.start)
        }
        #expect(error?.reason == "throttled")
        let other = Browser(secret: nil, session: nil, caller: Caller(address: "198.51.100.9", requestID: "r2"))
        guard
            case .wait = try await journey.provider.authorize(
                Journey.parameters(), browser: other, at: Journey.start)
        else { return #expect(Bool(false), "somebody else has to wait") }
    }

    @Test func `whose browser came by POST from another site without cookies is met again with them`() async throws {
        let journey = try await Journey()
        let nameless = Browser(secret: nil, session: nil, caller: Issuance.caller)
        guard
            case .wait(let posted) = try await journey.provider.authorize(
                Journey.parameters(), browser: nameless, at: Journey.start)
        else { return #expect(Bool(false), "did not wait") }
        let browser = try await journey.signedIn()
        guard
            case .wait(let handle) = try await journey.provider.resumeAuthorization(
                posted, browser: browser, at: Journey.start),
            case .consent = try await journey.provider.resumeAuthorization(
                handle, browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "did not go on") }
        guard
            case .refuse(.gone) = try await journey.provider.resumeAuthorization(
                posted, browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "the first handle still works") }
    }
}
