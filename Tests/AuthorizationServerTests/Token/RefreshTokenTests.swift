import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

@Suite struct `A refresh token` {
    private static let api = Journey.api.rawValue

    private func fault(_ body: () async throws -> TokenResponse) async -> RefreshTokenFault? {
        do {
            _ = try await body()
            return nil
        } catch {
            guard case .refreshTokenRefused(_, let fault)? = error as? Rejection else { return nil }
            return fault
        }
    }

    private func token(_ response: TokenResponse) throws -> Secret { try #require(response.refreshToken) }

    @Test(.requirement("6749-6-6", "9700-2.2.2-1"))
    func `rotates with each use, and its parent gets the same successor within the window`() async throws {
        let journey = try await Journey()
        let first = try token(try await journey.tokens(in: try await journey.signedIn()))
        let second = try await journey.refresh(first)
        let again = try await journey.refresh(first, at: Journey.start + .seconds(9))
        #expect(again.refreshToken == second.refreshToken && again.accessToken != second.accessToken)
        #expect(try await journey.events("refresh_token.repeated").count == 1)
        let third = try await journey.refresh(try token(second), at: Journey.start + .seconds(9))
        #expect(third.refreshToken != second.refreshToken)
        let grandparent = await fault { try await journey.refresh(first, at: Journey.start + .seconds(9)) }
        #expect(grandparent == .late)
        #expect(try await journey.refresh(try token(third), at: Journey.start + .seconds(10)).refreshToken != nil)
    }

    @Test(.requirement("6749-10.4-4", "9700-4.14.2-3", "9700-4.14.2-4"))
    func `used after the window ends its family, at once and everywhere`() async throws {
        let journey = try await Journey()
        let first = try token(try await journey.tokens(in: try await journey.signedIn()))
        let second = try await journey.refresh(first)
        let later = Journey.start + .seconds(10)
        let reuse = await fault { try await journey.refresh(first, at: later) }
        #expect(reuse == .reused)
        let head = await fault { try await journey.refresh(try token(second), at: later) }
        #expect(head == .ended)
        #expect(try await !journey.isAlive(second.accessToken, at: later))
        let events = try await journey.events("refresh_token.reused")
        #expect(events.count == 1 && events.first?.target.hasPrefix("user:") == true)
        #expect(try await journey.people.store.dueMails(at: later, limit: 10).count == 1, "the person is told")
    }

    @Test func `used twice is theft at once where the operator wants it strict`() async throws {
        var policy = ServerPolicy()
        policy.rotation.window = 0
        let journey = try await Journey(policy: policy)
        let first = try token(try await journey.tokens(in: try await journey.signedIn()))
        _ = try await journey.refresh(first)
        let reuse = await fault { try await journey.refresh(first) }
        #expect(reuse == .reused)
        #expect(try await journey.people.store.dueMails(at: Journey.start, limit: 10).count == 1)
    }

    @Test(.requirement("6749-6-2", "6749-10.4-2", "6749-10.4-3"))
    func `is no good to another client, which ends nothing`() async throws {
        let journey = try await Journey()
        _ = try await journey.people.store.insert(
            Journey.client(ClientID(unchecked: "other")),
            recording: AuditEvent(at: Journey.start, action: "test", actor: "test"))
        let first = try token(try await journey.tokens(in: try await journey.signedIn()))
        _ = try await journey.refresh(first)
        let later = Journey.start + .seconds(60)
        let stranger = await fault { try await journey.refresh(first, by: "other", at: later) }
        #expect(stranger == .ofAnotherClient)
        #expect(try await journey.events("refresh_token.reused").isEmpty)
    }

    @Test(arguments: ["", "tsr_", "tsr_AAAA", "a.b.c", "tsa_AAAA"])
    func `that is none is refused`(text: String) async throws {
        let journey = try await Journey()
        let unknown = await fault { try await journey.refresh(Secret(text)) }
        #expect(unknown == .unknown)
    }

    /// After a rotation the server remembers the code of the next token and need not make it again.
    @Test(.requirement("6749-6-3", "6749-10.4-5"), arguments: [0, 2])
    func `with any byte changed is refused and ends nothing`(rotations: Int) async throws {
        let journey = try await Journey()
        var first = try token(try await journey.tokens(in: try await journey.signedIn()))
        for _ in 0..<rotations { first = try token(try await journey.refresh(first)) }
        let bytes = try Base64URL.decode(String(first.revealedValue.dropFirst(4)))
        #expect(bytes.count == 61)
        for index in bytes.indices {
            for fixesChecksum in [false, true] {
                var forged = bytes
                forged[index] ^= 1
                if fixesChecksum, index < 57 {
                    let checksum = CRC32.of(forged[..<57])
                    for (offset, shift) in [24, 16, 8, 0].enumerated() {
                        forged[57 + offset] = UInt8(truncatingIfNeeded: checksum >> UInt32(shift))
                    }
                }
                let text = Secret("tsr_" + Base64URL.encode(forged))
                let refused = await fault { try await journey.refresh(text, at: Journey.start + .seconds(60)) }
                #expect(refused == .unknown, "byte \(index)")
            }
        }
        #expect(try await journey.refresh(first).refreshToken != nil)
    }

    @Test(arguments: [0, 100])
    func `gets tokens that the feed can tell of, and of one session, however often it was rotated`(
        remembered: Int
    ) async throws {
        let journey = try await Journey(policy: .remembering(remembered))
        let form = try Journey.parameters(["scope": "openid offline_access read"], resources: [Self.api])
        var response = try await journey.tokens(form, in: try await journey.signedIn())
        let session = try Journey.claims(of: response.accessToken).string("sid")
        let grant = try journey.grant(of: response.accessToken)
        let person = try await journey.user().id
        let places = journey.provider.revocations.feed.places
        let names = [EpochKey.subject(person), .client(Journey.web), .grant(grant)].map {
            RevocationName($0, of: journey.provider.issuer)
        }
        // Each time long enough after the last one that the places of that are forgotten.
        for day in 1...3 {
            let now = Journey.start + .seconds(Int64(day) * 259_200)
            for moment in [now - .seconds(129_600), now] { places.prune(at: moment) }
            #expect(names.allSatisfy { !places.contains($0, at: Journey.api) })
            response = try await journey.refresh(try token(response), resource: Journey.api, at: now)
            #expect(names.allSatisfy { places.contains($0, at: Journey.api) })
            #expect(try Journey.claims(of: response.accessToken).string("sid") == session && session != nil)
        }
    }

    @Test(.requirement("9700-2.3-1")) func `may narrow an access token, and the next one is whole again`() async throws
    {
        let journey = try await Journey()
        let form = try Journey.parameters(
            ["scope": "openid profile offline_access read write"], resources: [Self.api])
        var response = try await journey.tokens(form, in: try await journey.signedIn())
        #expect(response.scope.contains("write") && response.scope.contains("openid"))
        response = try await journey.refresh(try token(response), scope: "read", resource: Journey.api)
        #expect(response.scope == Scope(unchecked: ["read"]) && response.idToken == nil)
        #expect(try Journey.claims(of: response.accessToken).string("aud") == Self.api)
        response = try await journey.refresh(try token(response), scope: "openid")
        #expect(response.scope == Scope(unchecked: ["openid"]) && response.idToken != nil)
        response = try await journey.refresh(try token(response))
        #expect(response.scope == Scope(unchecked: ["openid", "profile", "offline_access", "read", "write"]))
    }

    @Test(.requirement("6749-6-4")) func `never reaches what was not given, and is not spent by asking`() async throws {
        let journey = try await Journey()
        let form = try Journey.parameters(["scope": "openid offline_access read"], resources: [Self.api])
        let first = try token(try await journey.tokens(form, in: try await journey.signedIn()))
        await #expect(throws: Rejection.scopeExceedsGrant(Journey.web)) {
            try await journey.refresh(first, scope: "read write")
        }
        await #expect(throws: Rejection.resourceNotPermitted(Journey.web, Issuance.opaqueAPI)) {
            try await journey.refresh(first, resource: Issuance.opaqueAPI)
        }
        #expect(try await journey.refresh(first).refreshToken != nil)
        #expect(try await journey.events("refresh_token.repeated").isEmpty)
    }

    @Test(.requirement("9700-2.3-2", "9700-4.9.1-1", "9700-4.10.2-1", "oidc-core-3.1.3.3-1"))
    func `serves each resource that was given with a token of its own`() async throws {
        let journey = try await Journey()
        let form = try Journey.parameters(
            ["scope": "openid offline_access read refund"],
            resources: [Self.api, Issuance.opaqueAPI.rawValue])
        let browser = try await journey.signedIn()
        let code = try await journey.code(form, in: browser)
        let response = try await journey.redeem(code, resource: Issuance.opaqueAPI)
        #expect(response.accessToken.revealedValue.hasPrefix("tsa_"))
        #expect(response.scope == Scope(unchecked: ["refund"]))
        #expect(response.idToken != nil, "the answer to a code says who signed in")
        let other = try await journey.refresh(try token(response), resource: Journey.api)
        #expect(other.scope == Scope(unchecked: ["read"]) && other.idToken == nil)
        let mine = try await journey.refresh(try token(other))
        #expect(try Journey.claims(of: mine.accessToken).string("aud") == "https://id.example/userinfo")
    }

    /// Something that happens between two refreshes, and what the second is told.
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let fault: RefreshTokenFault?
        var isOffline = true
        let happen: @Sendable (Journey, Browser) async throws -> Void
    }

    static let changes: [Change] = [
        Change(testDescription: "the person is disabled", fault: .userEnded) { journey, _ in
            try await change(journey) { $0.isEnabled = false }
        },
        Change(testDescription: "the account is locked down", fault: .userEnded) { journey, _ in
            try await change(journey) { $0.lockedDownAt = Journey.start }
        },
        Change(testDescription: "the person signs out", fault: .ended, isOffline: false) { journey, browser in
            try await journey.provider.signOut(browser, at: Journey.start)
        },
        Change(testDescription: "the person signs out, but gave offline access", fault: nil) { journey, browser in
            try await journey.provider.signOut(browser, at: Journey.start)
        },
        Change(testDescription: "the person ends the application", fault: .ended) { journey, browser in
            let person = try #require(try await journey.provider.session(of: browser, at: Journey.start))
            let ended = try await journey.people.store.end(
                .application(person.user.id, Journey.web), because: .applicationEnded, at: Journey.start,
                with: Effects([]))
            journey.provider.revocations.apply(ended, at: Journey.start)
        },
    ]

    private static func change(_ journey: Journey, _ change: (inout User) -> Void) async throws {
        var user = try await journey.user()
        change(&user)
        _ = try await journey.people.store.update(user, ending: nil, at: Journey.start, with: Effects([]))
    }

    @Test(.requirement("9700-4.14.2-5"), arguments: changes) func `is judged by what holds today`(
        change: Change
    ) async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let scope = change.isOffline ? "openid offline_access" : "read"
        let first = try token(try await journey.tokens(Journey.parameters(["scope": scope]), in: browser))
        let second = try token(try await journey.refresh(first))
        try await change.happen(journey, browser)
        let later = await fault { try await journey.refresh(second, at: Journey.start + .seconds(1)) }
        #expect(later == change.fault)
    }

    @Test func `loses what its client may not ask for any more`() async throws {
        let journey = try await Journey()
        let form = try Journey.parameters(["scope": "openid offline_access read write"], resources: [Self.api])
        let first = try token(try await journey.tokens(form, in: try await journey.signedIn()))
        var client = try #require(try await journey.people.store.client(Journey.web))
        client.relyingParty?.resourceScopes = [Journey.api: Scope(unchecked: ["read"])]
        let event = AuditEvent(at: Journey.start, action: "test", actor: "test")
        _ = try await journey.people.store.update(client, advancing: [], recording: event)
        journey.provider.registry.forgetClient(Journey.web)
        let response = try await journey.refresh(first)
        #expect(!response.scope.contains("write") && response.scope.contains("read"))
    }

    @Test(.requirement("9700-4.14.2-6"))
    func `is over when it was idle for too long, and in the end however much it was used`() async throws {
        var policy = ServerPolicy()
        policy.refreshIdleLifetime = 100
        policy.refreshLifetime = 250
        let journey = try await Journey(policy: policy)
        let browser = try await journey.signedIn()
        let idle = try token(try await journey.tokens(in: browser))
        let late = await fault { try await journey.refresh(idle, at: Journey.start + .seconds(100)) }
        #expect(late == .ended || late == .unknown)
        var used = try token(try await journey.tokens(in: browser))
        for seconds in [90, 180, 249] as [Int64] {
            used = try token(try await journey.refresh(used, at: Journey.start + .seconds(seconds)))
        }
        let end = await fault { try await journey.refresh(used, at: Journey.start + .seconds(250)) }
        #expect(end == .ended || end == .unknown)
    }

    @Test func `given up ends all that hangs from it, and only by its own client`() async throws {
        let journey = try await Journey()
        _ = try await journey.people.store.insert(
            Journey.client(ClientID(unchecked: "other")),
            recording: AuditEvent(at: Journey.start, action: "test", actor: "test"))
        let tokens = try await journey.tokens(in: try await journey.signedIn())
        let presented = try PresentedToken(Issuance.form("token=\(try token(tokens).revealedValue)"))
        await #expect(throws: Rejection.self) {
            try await journey.provider.revoke(
                presented, from: Issuance.basic("other"), caller: Issuance.caller, at: Journey.start)
        }
        #expect(try await journey.isAlive(tokens.accessToken))
        _ = try await journey.provider.revoke(
            presented, from: Issuance.basic("web"), caller: Issuance.caller, at: Journey.start)
        #expect(try await !journey.isAlive(tokens.accessToken))
        let after = await fault { try await journey.refresh(try token(tokens)) }
        #expect(after == .ended)
    }

    @Test func `used by a hundred at once has one successor`() async throws {
        for window in [0, 10] as [Int64] {
            var policy = ServerPolicy()
            policy.rotation.window = window
            let journey = try await Journey(policy: policy)
            let first = try token(try await journey.tokens(in: try await journey.signedIn()))
            let successors = await withTaskGroup(of: Secret?.self) { group in
                for _ in 0..<100 { group.addTask { try? await journey.refresh(first).refreshToken } }
                return await group.reduce(into: Set<Secret>()) { set, token in if let token { set.insert(token) } }
            }
            #expect(successors.count == 1)
        }
    }

    @Test func `and its access tokens stay ended after a restart`() async throws {
        let journey = try await Journey()
        let tokens = try await journey.tokens(in: try await journey.signedIn())
        let ended = try await journey.people.store.end(
            .grant(try journey.grant(of: tokens.accessToken)), because: .administrator,
            at: Journey.start, with: Effects([]))
        #expect(ended.grants.count == 1)
        let again = try await OpenIDProvider.open(
            issuer: journey.provider.issuer, policy: ServerPolicy(), store: journey.people.store,
            sealer: try #require(Issuance.sealer), secrets: .system, fetcher: CountingFetcher(), at: Journey.start)
        #expect(throws: TokenFaultError.self) { try again.reader.read(tokens.accessToken, at: Journey.start) }
    }

    @Test func `is nothing to a resource, and no bearer token anywhere`() async throws {
        let journey = try await Journey()
        let form = try Journey.parameters(["scope": "openid offline_access read"], resources: [Self.api])
        let token = try token(try await journey.tokens(form, in: try await journey.signedIn()))
        let presented = try PresentedToken(Issuance.form("token=\(token.revealedValue)&token_type_hint=refresh_token"))
        let answer = try await journey.provider.introspect(
            presented, from: Issuance.basic("orders"), caller: Issuance.caller, at: Journey.start)
        guard case .inactive = answer.response else { return #expect(Bool(false), "told about a refresh token") }
        #expect(throws: TokenFaultError.self) { try journey.provider.reader.read(token, at: Journey.start) }
    }

    @Test(arguments: [0, 10_000]) func `does not go on after signing out once the person unticked just that`(
        remembered: Int
    ) async throws {
        let journey = try await Journey(policy: .remembering(remembered))
        let browser = try await journey.signedIn()
        let first = try token(try await journey.tokens(in: browser))
        let token = try token(try await journey.refresh(first))
        let again = try Journey.parameters(["prompt": "consent"])
        guard
            case .wait(let handle) = try await journey.provider.authorize(again, browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "did not wait") }
        let choice = ConsentChoice(isAllowed: true, items: ["openid", "profile"])
        #expect(try await journey.provider.decide(handle, choice, browser: browser, at: Journey.start) == .noted)
        #expect(await fault { try await journey.refresh(token) } == .consentEnded)
    }

    @Test func `is not held to what was agreed to when it was used last`() async throws {
        let journey = try await Journey()
        let form = try Journey.parameters(["scope": "openid offline_access read"], resources: [Self.api])
        let first = try token(try await journey.tokens(form, in: try await journey.signedIn()))
        let user = try await journey.user()
        let all = try #require(try await journey.people.store.consent(of: user.id, to: Journey.web))
        var less = all
        less.resourceScopes = [:]
        try await journey.people.store.give(less, with: Effects([]))
        let narrow = try await journey.refresh(first)
        #expect(!narrow.scope.contains("read"))
        let narrower = try await journey.refresh(try token(narrow))
        #expect(!narrower.scope.contains("read"), "as it was remembered, and still is")
        try await journey.people.store.give(all, with: Effects([]))
        let whole = try await journey.refresh(try token(narrower), resource: Journey.api)
        #expect(whole.scope.contains("read"))
    }

    /// To look at an assertion spends it. What is remembered of a family may be out of date, and is then judged anew.
    @Test func `is judged anew without another look at the assertion of its client`() async throws {
        let key = try SigningKey.generate(.ES256)
        let keySet = JWKSet(keys: [key.verificationKey.jwk])
        let journey = try await Journey(policy: .remembering(100)) {
            $0.credentials = RegisteredCredentials(method: .privateKeyJWT, keySet: keySet)
        }
        func ask(_ request: TokenRequest, _ jti: String) async throws -> TokenResponse {
            let claims = JSONObject([
                ("iss", .string("web")), ("sub", .string("web")), ("aud", .string("https://id.example")),
                ("jti", .string(jti)), ("iat", .integer(1_800_000_000)), ("exp", .integer(1_800_000_060)),
            ])
            let jwt = try JWTSigner(key, type: "JWT").sign(claims.jsonBytes)
            let form = try Issuance.form(`A client assertion`.form + jwt)
            return try await journey.provider.token(
                request, from: try ClientCredentials(authorization: nil, form: form), caller: Issuance.caller,
                at: Journey.start
            ).response
        }
        func refresh(_ tokens: TokenResponse, _ jti: String) async throws -> TokenResponse {
            let refreshToken = try token(tokens)
            return try await ask(
                .refreshToken(RefreshTokenParameters(refreshToken: refreshToken, scope: nil, resource: nil)), jti)
        }
        let code = try await journey.code(in: try await journey.signedIn())
        let bought = try await ask(
            .authorizationCode(
                AuthorizationCodeParameters(
                    code: code, redirectURI: Journey.redirectURI, codeVerifier: Secret(Journey.verifier),
                    resource: nil)), "bought")
        let remembered = try await refresh(bought, "remembered")
        let user = try await journey.user()
        var consent = try #require(try await journey.people.store.consent(of: user.id, to: Journey.web))
        consent.identityScope = Scope(unchecked: ["openid", "offline_access"])
        try await journey.people.store.give(consent, with: Effects([]))
        let narrowed = try await refresh(remembered, "narrowed")
        #expect(!narrowed.scope.contains("profile"))
        _ = try await journey.people.store.end(
            .application(user.id, Journey.web), because: .applicationEnded, at: Journey.start, with: Effects([]))
        let ended = await fault { try await refresh(narrowed, "ended") }
        #expect(ended == .ended)
        #expect(try await journey.events("token.refused").allSatisfy { !$0.detail.contains("assertion") })
    }
}
