import AuthorizationServer
import JOSE
import OAuth
import Risk
import Storage
import StorageTesting
import TestSupport
import Testing

@Suite struct `Registration of clients` {
    @Test(.requirement("7591-3-2")) func `demands an initial access token`() async throws {
        let issuer = try await Registrations()
        await #expect(throws: Rejection.registrationTokenWrong) { try await issuer.register() }
        await #expect(throws: Rejection.registrationTokenWrong) {
            try await issuer.register(with: Secret("tsi_wrong"))
        }
        // Who has no token learns nothing about the metadata, either.
        await #expect(throws: Rejection.registrationTokenWrong) { try await issuer.register("{") }
    }

    @Test func `takes an initial access token as often as it was made for`() async throws {
        let issuer = try await Registrations()
        let token = try await issuer.initialAccess(uses: 2)
        let first = try await issuer.register(with: token)
        let second = try await issuer.register(with: token)
        #expect(first.clientID != second.clientID)
        await #expect(throws: Rejection.registrationTokenWrong) { try await issuer.register(with: token) }
    }

    @Test func `refuses an initial access token that expired or was ended`() async throws {
        let issuer = try await Registrations()
        let token = try await issuer.initialAccess()
        await #expect(throws: Rejection.registrationTokenWrong) {
            try await issuer.register(with: token, at: People.start + .seconds(600))
        }
        let other = try await issuer.people.administration.createInitialAccess(
            InitialAccessDraft(), by: .root, at: People.start)
        try await issuer.people.administration.deleteInitialAccess(other.stored.id, by: .root, at: People.start)
        await #expect(throws: Rejection.registrationTokenWrong) { try await issuer.register(with: other.secret) }
    }

    @Test(.requirement("7591-2-4"), .requirement("7591-2-5"), .requirement("7591-3.2.1-2"))
    func `has the defaults of the standards`() async throws {
        let issuer = try await Registrations(isOpen: true)
        let made = try await issuer.register()
        #expect(made.metadata.authMethod == .clientSecretBasic)
        #expect(made.metadata.grantTypes == [.authorizationCode])
        #expect(made.metadata.idTokenAlgorithm == .RS256)
        #expect(made.clientSecret != nil)
        let client = try #require(try await issuer.people.store.client(made.clientID))
        #expect(client.relyingParty?.isSelfRegistered == true)
        #expect(client.relyingParty?.isFirstParty == false)
        #expect(client.relyingParty?.mayOmitPKCE == false)
        #expect(client.relyingParty?.mayAddressAssertionsToTokenEndpoint == false)
        #expect(client.credentials.secrets.map(\.hash) == [made.clientSecret.map { TokenHash(of: $0) }])
    }

    @Test(.requirement("7592-5-1"), .requirement("7592-5-2")) func `keeps the access token as a hash`() async throws {
        let issuer = try await Registrations(isOpen: true)
        let made = try await issuer.register()
        let access = try #require(made.accessToken)
        #expect(access.revealedValue.hasPrefix("tsx_"))
        #expect(access.revealedValue.utf8.count == 47)
        let client = try #require(try await issuer.people.store.client(made.clientID))
        #expect(client.relyingParty?.registrationToken == TokenHash(of: access))
    }

    @Test(
        .requirement("7591-3.2.2-2"), .requirement("7591-5-1"), .requirement("7591-2-2"), .requirement("7591-2-3"),
        arguments: [
            #"{}"#, #"{"redirect_uris":[]}"#, #"{"redirect_uris":["http://app.example/cb"]}"#,
            #"{"redirect_uris":["https://app.example/cb#x"]}"#, #"{"redirect_uris":["javascript:alert(1)"]}"#,
            #"{"redirect_uris":["https://app.example/cb","data:text/html,x"]}"#,
        ])
    func `refuses redirect addresses that are not acceptable`(body: String) async throws {
        let issuer = try await Registrations(isOpen: true)
        #expect(await issuer.refusal(of: body) == .invalidRedirectURI)
    }

    @Test(
        .requirement("7591-3.2.2-3"), .requirement("7591-2.3-1"), .requirement("7591-2-6"), .requirement("7591-2.1-1"),
        .requirement("7591-2-8"),
        arguments: [
            #""software_statement":"e30.e30.e30""#, #""grant_types":["client_credentials"]"#,
            #""grant_types":["implicit"]"#, #""response_types":["token"]"#, #""grant_types":["refresh_token"]"#,
            #""token_endpoint_auth_method":"client_secret_jwt""#, #""token_endpoint_auth_method":"private_key_jwt""#,
            #""jwks_uri":"http://app.example/jwks","token_endpoint_auth_method":"private_key_jwt""#,
            #""jwks":{"keys":[]}"#, #""id_token_signed_response_alg":"none""#, #""logo_uri":"javascript:x""#,
            #""sector_identifier_uri":"https://other.example/s.json""#, #""client_name":"a\u202eb""#,
            #""client_name":"  ""#, #""request_object_signing_alg":"none""#,
        ])
    func `refuses metadata that are not acceptable`(member: String) async throws {
        let issuer = try await Registrations(isOpen: true)
        let body = #"{"redirect_uris":["https://app.example/cb"],\#(member)}"#
        #expect(await issuer.refusal(of: body) == .invalidClientMetadata)
    }

    @Test(.requirement("7591-2-1"), .requirement("7591-2.2-1"), .requirement("7591-3.2.1-5"))
    func `ignores what it does not know and answers with what is registered`() async throws {
        let issuer = try await Registrations(isOpen: true)
        let made = try await issuer.register(
            #"{"redirect_uris":["https://app.example/cb"],"client_name":"App","client_name#de":"Anw","is_first_party":true,"#
                + #""may_omit_pkce":true,"scope":"openid email roles groups tessera.admin"}"#)
        #expect(made.metadata.name == "App")
        // Rights that are not for strangers are left out, and the client is told.
        #expect(made.metadata.scope?.tokens == ["openid", "email"])
        let party = try #require(try await issuer.people.store.client(made.clientID)?.relyingParty)
        #expect(!party.isFirstParty && !party.mayOmitPKCE && party.resourceScopes.isEmpty)
    }

    @Test(.requirement("7591-3-3"), .requirement("7591-5-3")) func `slows down a flood from one address`() async throws
    {
        let issuer = try await Registrations(isOpen: true)
        for _ in 0..<issuer.provider.policy.registration.throttle.burst { _ = await issuer.refusal(of: "{}") }
        let error = await #expect(throws: Rejection.self) { try await issuer.register() }
        #expect(error?.reason == "throttled")
        #expect(error?.retryAfter != nil)
        _ = try await issuer.provider.registerClient(
            Array(Registrations.plain.utf8), with: nil, caller: Caller(address: "198.51.100.1", requestID: "r"),
            at: People.start)
    }

    @Test func `counts only what goes wrong where initial access tokens bound it`() async throws {
        let issuer = try await Registrations { $0.throttle = .init(burst: 3, perHour: 60) }
        let token = try await issuer.initialAccess(uses: 11)
        for _ in 0..<10 { _ = try await issuer.register(with: token) }
        for _ in 0..<3 {
            await #expect(throws: Rejection.registrationTokenWrong) { try await issuer.register(with: Secret("guess")) }
        }
        let error = await #expect(throws: Rejection.self) { try await issuer.register(with: token) }
        #expect(error?.reason == "throttled")
    }

    @Test func `stops when there are as many clients as may be`() async throws {
        let issuer = try await Registrations(isOpen: true) { $0.maximumClients = 1 }
        _ = try await issuer.register()
        await #expect(throws: Rejection.registrationsFull) { try await issuer.register() }
    }

    @Test func `removes clients that nobody uses, in time`() async throws {
        let issuer = try await Registrations(isOpen: true)
        let made = try await issuer.register()
        let life = issuer.provider.policy.registration.unusedLifetime
        _ = await issuer.provider.upkeep(at: People.start + .seconds(life))
        #expect(try await issuer.people.store.client(made.clientID) != nil)
        let problems = await issuer.provider.upkeep(at: People.start + .seconds(life + 3601))
        #expect(problems.isEmpty)
        #expect(try await issuer.people.store.client(made.clientID) == nil)
        // Clients of administrators stay.
        #expect(try await issuer.people.store.client(People.shop) != nil)
    }

    @Test func `is in the metadata only where it is offered`() async throws {
        let issuer = try await Registrations()
        let (with, without) = (issuer.provider, try await People().provider)
        func text(_ provider: OpenIDProvider) -> String {
            String(decoding: provider.metadataDocument().body, as: UTF8.self)
        }
        #expect(text(with).contains("registration_endpoint"))
        #expect(!text(without).contains("registration_endpoint"))
    }

    @Test(.requirement("7591-2-7"), .requirement("7591-5-2")) func `marks such clients as unverified`() async throws {
        let issuer = try await Registrations(isOpen: true)
        let made = try await issuer.register(
            #"{"redirect_uris":["https://app.example/cb"],"client_name":"Bank","logo_uri":"https://app.example/bank.png"}"#
        )
        let client = try #require(try await issuer.people.store.client(made.clientID))
        let display = ClientDisplay(client, host: "app.example")
        #expect(display.isUnverified && display.logoURI == nil && display.host == "app.example")
        let shop = try #require(try await issuer.people.store.client(People.shop))
        #expect(!ClientDisplay(shop, host: nil).isUnverified)
    }

    @Test func `allows what old OpenID needs only where the operator does`() async throws {
        let issuer = try await Registrations(isOpen: true) { $0.allowsOldOpenID = true }
        let secret = try await issuer.register()
        #expect(try await issuer.people.store.client(secret.clientID)?.relyingParty?.mayOmitPKCE == true)
        let none = try await issuer.register(
            #"{"redirect_uris":["https://app.example/cb"],"token_endpoint_auth_method":"none"}"#)
        #expect(try await issuer.people.store.client(none.clientID)?.relyingParty?.mayOmitPKCE == false)
        #expect(none.clientSecret == nil)
    }
}
