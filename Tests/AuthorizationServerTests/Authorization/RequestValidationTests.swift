import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

@Suite struct `An authorization request` {
    private func step(
        _ journey: Journey, _ changes: [String: String?], resources: [String] = []
    ) async throws -> AuthorizationStep {
        try await journey.provider.authorize(
            Journey.parameters(changes, resources: resources), browser: try await journey.signedIn(),
            at: Journey.start)
    }

    /// A request whose answer has nowhere to go.
    struct Homeless: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let changes: [String: String?]
        let reason: String
    }

    static let homeless: [Homeless] =
        [
            Homeless(testDescription: "no client", changes: ["client_id": nil], reason: "client_missing"),
            Homeless(testDescription: "an unknown client", changes: ["client_id": "nobody"], reason: "client_unknown"),
            Homeless(
                testDescription: "a client id with a space", changes: ["client_id": "we b"], reason: "client_missing"),
            Homeless(testDescription: "a resource", changes: ["client_id": "orders"], reason: "client_unknown"),
            Homeless(testDescription: "a disabled client", changes: ["client_id": "off"], reason: "client_disabled"),
            Homeless(
                testDescription: "a client that signs nobody in", changes: ["client_id": "svc"],
                reason: "not_a_relying_party"),
            Homeless(testDescription: "no address", changes: ["redirect_uri": nil], reason: "redirect_uri_wrong"),
        ]
        + [
            "https://web.example/cb/", "https://web.example/cb/x", "https://web.example/cb?a=1",
            "https://web.example/cb#f", "https://WEB.example/cb", "https://web.example/CB",
            "https://web.example:443/cb", "https://web.example", "http://web.example/cb", "https://evil.example/cb",
            "https://web.example@evil.example/cb", "javascript:alert(1)//cb", "data:text/html,x",
            "https://app。example/cb", "http://127.0.0.1:1/cb",
        ].map {
            Homeless(testDescription: $0, changes: ["redirect_uri": $0], reason: "redirect_uri_wrong")
        }

    @Test(
        .requirement(
            "6749-4.1.2.1-1", "6749-4.1.2.1-2", "6749-10.6-2", "6749-10.15-1", "9700-2.1-1", "9700-2.1-2",
            "9700-4.1.1-1", "9700-4.1.3-1", "9700-4.11.2-1", "9700-4.11.2-2", "oidc-core-3.1.2.1-6",
            "oidc-core-3.1.2.1-7", "6749-3.1.2.3-1", "6749-3.1.2.3-2", "6749-3.1.2.3-3", "8252-8.4-2"),
        arguments: homeless)
    func `gets a page and is sent nowhere if nobody knows whose address it names`(row: Homeless) async throws {
        let journey = try await Journey()
        let event = AuditEvent(at: Journey.start, action: "test", actor: "test")
        var off = Journey.client(ClientID(unchecked: "off"))
        off.isEnabled = false
        var service = Journey.client(ClientID(unchecked: "svc"))
        service.relyingParty = nil
        for client in [off, service] { _ = try await journey.people.store.insert(client, recording: event) }
        // Whatever else is wrong: the address is judged first.
        for extra in [[:], ["response_type": "token"], ["prompt": "none"]] as [[String: String?]] {
            let changes = row.changes.merging(extra) { $1 }
            guard case .refuse(let fault) = try await step(journey, changes) else {
                return #expect(Bool(false), "answered")
            }
            #expect(fault.reason == row.reason)
        }
    }

    /// A request that the client is told about.
    struct Answered: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let changes: [String: String?]
        let code: OAuthError.Code
        var resources: [String] = []
    }

    static let answered: [Answered] = [
        Answered(testDescription: "no response_type", changes: ["response_type": nil], code: .invalidRequest),
        Answered(testDescription: "implicit", changes: ["response_type": "token"], code: .unsupportedResponseType),
        Answered(
            testDescription: "hybrid", changes: ["response_type": "code id_token"], code: .unsupportedResponseType),
        Answered(testDescription: "mode fragment", changes: ["response_mode": "fragment"], code: .invalidRequest),
        Answered(testDescription: "no challenge", changes: ["code_challenge": nil], code: .invalidRequest),
        Answered(
            testDescription: "nothing of PKCE", changes: ["code_challenge": nil, "code_challenge_method": nil],
            code: .invalidRequest),
        Answered(testDescription: "plain", changes: ["code_challenge_method": "plain"], code: .invalidRequest),
        Answered(testDescription: "no method", changes: ["code_challenge_method": nil], code: .invalidRequest),
        Answered(testDescription: "s256", changes: ["code_challenge_method": "s256"], code: .invalidRequest),
        Answered(testDescription: "a short challenge", changes: ["code_challenge": "abc"], code: .invalidRequest),
        Answered(testDescription: "no scope", changes: ["scope": nil], code: .invalidScope),
        Answered(testDescription: "an unknown scope", changes: ["scope": "openid admin"], code: .invalidScope),
        Answered(
            testDescription: "a scope of the standard that is not the client's", changes: ["scope": "openid phone"],
            code: .invalidScope),
        Answered(testDescription: "a scope with a quote", changes: ["scope": "openid \""], code: .invalidScope),
        Answered(
            testDescription: "an unknown resource", changes: [:], code: .invalidTarget,
            resources: ["https://unknown.example"]),
        Answered(testDescription: "a relative resource", changes: [:], code: .invalidTarget, resources: ["/orders"]),
        Answered(
            testDescription: "a scope of another resource", changes: ["scope": "openid read refund"],
            code: .invalidScope, resources: [Journey.api.rawValue]),
        Answered(
            testDescription: "a resource and none of its scopes", changes: ["scope": "openid"], code: .invalidScope,
            resources: [Journey.api.rawValue]),
        Answered(testDescription: "a request object", changes: ["request": "a.b.c"], code: .requestNotSupported),
        Answered(
            testDescription: "a foreign request_uri", changes: ["request_uri": "https://web.example/r"],
            code: .requestURINotSupported),
        Answered(
            testDescription: "prompt none and login", changes: ["prompt": "none login"], code: .invalidRequest),
        Answered(testDescription: "a wrong hint", changes: ["id_token_hint": "a.b.c"], code: .invalidRequest),
        Answered(testDescription: "claims that are no JSON", changes: ["claims": "{"], code: .invalidRequest),
        Answered(
            testDescription: "an essential acr that nobody reaches",
            changes: ["claims": #"{"id_token":{"acr":{"essential":true,"value":"urn:x:gold"}}}"#],
            code: .unmetAuthenticationRequirements),
        Answered(testDescription: "no page before consent", changes: ["prompt": "none"], code: .consentRequired),
        Answered(
            testDescription: "another person, without a page",
            changes: ["prompt": "none", "claims": #"{"id_token":{"sub":{"value":"bob"}}}"#], code: .loginRequired),
    ]

    @Test(
        .requirement(
            "6749-4.1.1-1", "6749-4.1.2.1-3", "7636-4.2-2", "7636-4.3-1", "7636-4.3-2", "7636-4.4.1-1", "7636-4.4.1-2",
            "7636-7.2-1", "9207-2-2", "9700-2.1-3", "9700-2.1.1-1", "9700-2.1.1-2", "9700-2.1.1-3", "9700-2.1.2-1",
            "oidc-core-3.1.2.1-4", "oidc-core-3.1.2.1-5", "oidc-core-3.1.2.1-18", "oidc-core-3.1.2.2-1",
            "oidc-core-3.1.2.2-3", "oidc-core-3.1.2.2-4", "oidc-core-3.1.2.2-6", "oidc-core-3.1.2.6-1",
            "oidc-core-3.1.2.6-3", "oidc-core-5.5-2", "oidc-core-5.5.1.1-1", "9470-5-2", "oidc-core-6.1-1",
            "oidc-core-6.2-1",
            "6749-3.1.1-1", "6749-3.1.1-2", "6749-3.1.1-3", "8707-2.1-1", "8707-2.2-3"),
        arguments: answered)
    func `that cannot be granted is answered at the client's own address`(row: Answered) async throws {
        let journey = try await Journey()
        guard case .respond(let response, _) = try await step(journey, row.changes, resources: row.resources),
            case .error(let error) = response.outcome
        else { return #expect(Bool(false), "no answer") }
        #expect(error.code == row.code)
        #expect(response.redirectURI.rawValue == Journey.redirectURI && response.state == "s1")
        #expect(response.formFields.contains { $0 == ("iss", "https://id.example") }, "RFC 9207")
    }

    @Test(.requirement("9700-2.1-1", "8252-7.3-1", "8252-7.3-2", "8252-8.6-1", "oidc-core-11-5"))
    func `of a native program may come from any port of the loopback address, and asks each time`() async throws {
        let journey = try await Journey { client in
            client.credentials = RegisteredCredentials(method: .none)
            client.relyingParty?.applicationType = .native
            client.relyingParty?.redirectURIs = ["http://127.0.0.1/cb"]
        }
        let browser = try await journey.signedIn()
        let form = try Journey.parameters(["redirect_uri": "http://127.0.0.1:49152/cb"])
        _ = try await journey.code(form, in: browser)
        guard case .wait = try await journey.provider.authorize(form, browser: browser, at: Journey.start) else {
            return #expect(Bool(false), "any program on the device could have asked")
        }
        for wrong in ["http://localhost:1/cb", "http://127.0.0.1:1/other", "http://127.1/cb", "https://127.0.0.1:1/cb"]
        {
            guard case .refuse = try await step(journey, ["redirect_uri": wrong]) else {
                return #expect(Bool(false), "\(wrong)")
            }
        }
    }

    @Test func `of the operator's own application asks nobody`() async throws {
        let journey = try await Journey { $0.relyingParty?.isFirstParty = true }
        guard case .respond(let response, _) = try await step(journey, ["prompt": "none"]),
            case .code(let code) = response.outcome
        else { return #expect(Bool(false), "asked") }
        let tokens = try await journey.redeem(code)
        #expect(try await journey.refresh(try #require(tokens.refreshToken)).idToken != nil)
    }

    @Test func `of a client that registered itself asks again after the client changed itself`() async throws {
        let journey = try await Journey {
            $0.relyingParty?.registrationToken = TokenHash(of: Secret("tsx_of-its-own"))
        }
        let browser = try await journey.signedIn()
        let silent = try Journey.parameters(["prompt": "none"])
        _ = try await journey.code(Journey.parameters(), in: browser)
        // Given in the second of the registration, it counts.
        #expect(try await journey.error(silent, in: browser) == nil)
        let metadata =
            #"{"client_id":"web","redirect_uris":["https://web.example/cb","https://web.example/other"],"#
            + #""client_name":"Your bank","grant_types":["authorization_code","refresh_token"],"#
            + #""scope":"openid profile email offline_access"}"#
        _ = try await journey.provider.updateRegistration(
            of: Journey.web, to: Array(metadata.utf8), with: Secret("tsx_of-its-own"), caller: Issuance.caller,
            at: Journey.start)
        // Also what was given in the very second of the change, as it may have been before it.
        #expect(try await journey.error(silent, in: browser) == .consentRequired)
        _ = try await journey.code(Journey.parameters(), in: browser)
        #expect(try await journey.error(silent, in: browser) == .consentRequired)
        let later = Journey.start + .seconds(1)
        _ = try await journey.code(Journey.parameters(), in: browser, at: later)
        #expect(try await journey.error(silent, in: browser, at: later) == nil)
    }

    @Test(.requirement("8252-8.6-1"))
    func `of a program on the person's own device asks each time, whoever it says it is`() async throws {
        let address = "http://127.0.0.1/cb"
        let journey = try await Journey {
            $0 = Journey.client(Journey.web, method: .none)
            $0.relyingParty?.applicationType = .native
            $0.relyingParty?.redirectURIs = [address]
            $0.relyingParty?.isFirstParty = true
        }
        let browser = try await journey.signedIn()
        // Any program may listen at such an address and know the name of the operator's own (RFC 8252 §8.6).
        let parameters = try Journey.parameters(["redirect_uri": "http://127.0.0.1:50111/cb", "prompt": "none"])
        #expect(try await journey.error(parameters, in: browser) == .consentRequired)
        _ = try await journey.code(Journey.parameters(["redirect_uri": address]), in: browser)
        #expect(try await journey.error(parameters, in: browser) == .consentRequired)
    }

    @Test(.requirement("oidc-core-3.1.2.1-22", "oidc-core-3.1.2.1-23", "oidc-core-3.1.2.2-4"))
    func `may hint at the person, and gets no other`() async throws {
        let journey = try await Journey { $0.relyingParty?.subjectType = .pairwise }
        let browser = try await journey.signedIn()
        let hint = try #require(try await journey.tokens(in: browser).idToken)
        let parameters = try Journey.parameters(["id_token_hint": hint.revealedValue, "prompt": "none"])
        #expect(try await journey.error(parameters, in: browser) == nil)
        try await journey.people.person("bob")
        #expect(try await journey.error(parameters, in: try await journey.signedIn("bob")) == .loginRequired)
    }

    @Test(.requirement("oidc-core-11-4")) func `with offline_access that the client may not have goes on without`()
        async throws
    {
        let journey = try await Journey { $0.relyingParty?.identityScope = Scope(unchecked: ["openid"]) }
        let form = try Journey.parameters(["scope": "openid offline_access"])
        #expect(try await journey.tokens(form, in: try await journey.signedIn()).scope == Scope(unchecked: ["openid"]))
    }

    @Test(.requirement("9068-3-4", "9068-5-3"))
    func `without a resource means the one that has the scope, or the default`() async throws {
        let journey = try await Journey { client in
            client.relyingParty?.resourceScopes = [
                Journey.api: Scope(unchecked: ["read"]), Issuance.opaqueAPI: Scope(unchecked: ["read", "refund"]),
            ]
        }
        let browser = try await journey.signedIn()
        #expect(try await journey.error(Journey.parameters(["scope": "read"]), in: browser) == .invalidScope)
        let refund = try await journey.tokens(Journey.parameters(["scope": "refund"]), in: browser)
        #expect(refund.accessToken.revealedValue.hasPrefix("tsa_"))
        let other = try await Journey { client in
            client.relyingParty?.defaultResource = Journey.api
        }
        let tokens = try await other.tokens(
            Journey.parameters(["scope": "openid read"]), in: try await other.signedIn())
        let claims = try Journey.claims(of: tokens.accessToken)
        #expect(claims.strings("aud") == [Journey.api.rawValue, "https://id.example/userinfo"])
        #expect(try await other.userInfo(tokens.accessToken).string("sub") == claims.string("sub"))
        // RFC 9068 §3: the default is in `aud` also where nothing of it was asked for.
        let plain = try await other.tokens(Journey.parameters(["scope": "openid"]), in: try await other.signedIn())
        let plainClaims = try Journey.claims(of: plain.accessToken)
        #expect(plainClaims.strings("aud") == [Journey.api.rawValue, "https://id.example/userinfo"])
        #expect(plainClaims.string("scope") == "openid")
    }

    @Test func `never gets tokens for the administration by default`() async throws {
        let administration = ResourceIndicator(unchecked: "https://id.example/admin/v1")
        let journey = try await Journey { client in client.relyingParty?.defaultResource = administration }
        let tokens = try await journey.tokens(Journey.parameters(["scope": "openid"]), in: try await journey.signedIn())
        #expect(try Journey.claims(of: tokens.accessToken).string("aud") == "https://id.example/userinfo")
    }

    @Test func `never reaches the administration, whatever the client was registered with`() async throws {
        let administration = ResourceIndicator(unchecked: "https://id.example/admin/v1")
        let journey = try await Journey { client in
            client.relyingParty?.resourceScopes[administration] = Scope(unchecked: ["tessera:admin:read"])
            client.relyingParty?.isFirstParty = true
        }
        let browser = try await journey.signedIn()
        let named = try Journey.parameters(
            ["scope": "openid tessera:admin:read"], resources: [administration.rawValue])
        #expect(try await journey.error(named, in: browser) == .invalidTarget)
        let unnamed = try Journey.parameters(["scope": "openid tessera:admin:read"])
        #expect(try await journey.error(unnamed, in: browser) == .invalidTarget)
    }
}
