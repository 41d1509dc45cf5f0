import AuthorizationServer
import JOSE
import OAuth
import Risk
import Storage
import TestSupport
import Testing

@Suite struct `Client authentication` {
    @Test(
        .requirement("6749-3.2.1-1", "6749-5.2-4", "6749-4.4.2-4"),
        arguments: ["wrong", "", "tsc_correct-horse-battery-staple-0123456789abc"])
    func `refuses a wrong secret`(secret: String) async throws {
        let issuance = try await Issuance()
        let credentials = try Issuance.basic("svc", Secret(secret))
        await #expect(throws: Rejection.clientSecretWrong(ClientID(unchecked: "svc"))) {
            try await issuance.token(credentials: credentials)
        }
    }

    @Test func `answers unknown, wrong and disabled alike`() async throws {
        let issuance = try await Issuance()
        var client = try #require(try await issuance.store.client(ClientID(unchecked: "svc")))
        client.isEnabled = false
        _ = try await issuance.store.update(
            client, advancing: [], recording: AuditEvent(at: Issuance.start, action: "t", actor: "t"))
        var errors: Set<OAuthError> = []
        for credentials in [
            try Issuance.basic("svc"), try Issuance.basic("svc", Secret("wrong")), try Issuance.basic("nobody"),
            try Issuance.basic("orders"),
        ] {
            let error = await #expect(throws: Rejection.self) { try await issuance.token(credentials: credentials) }
            if let error { errors.insert(error.oauthError) }
        }
        #expect(errors.count == 1 && errors.first?.code == .invalidClient)
    }

    @Test(.requirement("6749-2.3.1-5", "6749-2.3.1-6", "6749-2-1", "6749-2.1-1"))
    func `takes only the method that was registered`() async throws {
        let issuance = try await Issuance()
        let inBody = try ClientCredentials(
            authorization: nil, form: Issuance.form("client_id=svc&client_secret=\(Issuance.secret.revealedValue)"))
        await #expect(throws: Rejection.clientMethodWrong(ClientID(unchecked: "svc"))) {
            try await issuance.token(credentials: inBody)
        }
        let bare = try ClientCredentials(authorization: nil, form: Issuance.form("client_id=svc"))
        await #expect(throws: Rejection.clientMethodWrong(ClientID(unchecked: "svc"))) {
            try await issuance.token(credentials: bare)
        }

        let post = try await Issuance(clientMethod: .clientSecretPost)
        #expect(try await post.token(credentials: inBody).expiresIn == 300)
        await #expect(throws: Rejection.clientMethodWrong(ClientID(unchecked: "svc"))) { try await post.token() }
    }

    @Test func `accepts two live secrets, and an expired one no longer`() async throws {
        let issuance = try await Issuance()
        let second = SecretGenerator.system.secret(.clientSecret)
        var client = try #require(try await issuance.store.client(ClientID(unchecked: "svc")))
        client.credentials.secrets = [
            Issuance.stored(Issuance.secret, expiresAt: Issuance.start + .seconds(60)), Issuance.stored(second),
        ]
        _ = try await issuance.store.update(
            client, advancing: [], recording: AuditEvent(at: Issuance.start, action: "t", actor: "t"))
        for secret in [Issuance.secret, second] {
            _ = try await issuance.token(credentials: Issuance.basic("svc", secret), at: Issuance.start + .seconds(59))
        }
        await #expect(throws: Rejection.clientSecretWrong(client.id)) {
            try await issuance.token(at: Issuance.start + .seconds(60))
        }
        _ = try await issuance.token(credentials: Issuance.basic("svc", second), at: Issuance.start + .seconds(60))
    }

    @Test(.requirement("6749-2.3.1-9", "7009-5-2"))
    func `slows down who keeps guessing, and never who is right`() async throws {
        let issuance = try await Issuance()
        let attacker = Caller(address: "198.51.100.9", requestID: "r")
        var reasons: [String] = []
        for _ in 0..<30 {
            do {
                _ = try await issuance.token(credentials: Issuance.basic("svc", Secret("guess")), caller: attacker)
            } catch let rejection as Rejection { reasons.append(rejection.reason) }
        }
        #expect(reasons.prefix(10).allSatisfy { $0 == "client_secret_wrong" })
        #expect(reasons.suffix(20).allSatisfy { $0 == "throttled" })
        // Also behind the same address: nobody guesses 256 bits, and the client is not to wait for the stranger.
        #expect(try await issuance.token(caller: attacker).expiresIn == 300)
        #expect(try await issuance.token().expiresIn == 300)
    }

    @Test func `tells who was slowed down nothing but that`() async throws {
        let issuance = try await Issuance()
        let attacker = Caller(address: "198.51.100.9", requestID: "r")
        for index in 0..<101 {
            let guess = try Issuance.basic("ghost\(index)", Secret("guess"))
            _ = try? await issuance.token(credentials: guess, caller: attacker)
        }
        var client = try #require(try await issuance.store.client(ClientID(unchecked: "svc")))
        client.isEnabled = false
        _ = try await issuance.store.update(
            client, advancing: [], recording: AuditEvent(at: Issuance.start, action: "t", actor: "t"))
        issuance.provider.registry.forgetClient(client.id)
        let inBody = "client_id=orders&client_secret=\(Issuance.secret.revealedValue)"
        var refusals: Set<OAuthError> = []
        for credentials in [
            try Issuance.basic("svc"), try Issuance.basic("svc", Secret("wrong")), try Issuance.basic("never-seen"),
            try Issuance.basic("orders", Secret("wrong")),
            try ClientCredentials(authorization: nil, form: Issuance.form(inBody)),
            try ClientCredentials(authorization: nil, form: Issuance.form("client_id=svc")),
            try ClientCredentials(authorization: nil, form: Issuance.form("client_id=never-seen")),
        ] {
            let refusal = await #expect(throws: Rejection.self) {
                try await issuance.token(credentials: credentials, caller: attacker)
            }
            #expect(refusal?.reason == "throttled" && refusal?.client == nil && refusal?.retryAfter != nil)
            if let refusal { refusals.insert(refusal.oauthError) }
        }
        #expect(refusals.count == 1)
    }

    /// Each costs a signature, or a download, before it turns out to be wrong.
    @Test func `does not look at assertions from where too many were wrong`() async throws {
        let key = try SigningKey.generate(.ES256)
        let issuance = try await Issuance(clientMethod: .privateKeyJWT, keySetURL: "https://svc.example/jwks")
        let attacker = Caller(address: "198.51.100.9", requestID: "r")
        for _ in 0..<10 {
            _ = try? await issuance.token(credentials: Issuance.basic("svc", Secret("guess")), caller: attacker)
        }
        issuance.fetcher.serve(JWKSet(keys: [key.verificationKey.jwk]).publicJSON.jsonBytes)
        let claims = JSONObject([
            ("iss", .string("svc")), ("sub", .string("svc")), ("aud", .string("https://id.example")),
            ("jti", .string("j1")), ("exp", .integer(1_800_000_060)),
        ])
        let assertion = try JWTSigner(key, type: "JWT").sign(claims.jsonBytes)
        let credentials = try ClientCredentials(
            authorization: nil, form: Issuance.form(`A client assertion`.form + assertion))
        let refusal = await #expect(throws: Rejection.self) {
            try await issuance.token(credentials: credentials, caller: attacker)
        }
        #expect(refusal?.reason == "throttled")
        #expect(issuance.fetcher.count == 0)
        #expect(try await issuance.token(credentials: credentials).expiresIn == 300)
    }

    @Test func `refusals become one event with a count`() async throws {
        let issuance = try await Issuance()
        for _ in 0..<7 { _ = try? await issuance.token(credentials: Issuance.basic("svc", Secret("guess"))) }
        #expect(await issuance.provider.flush(at: Issuance.start).isEmpty)
        for _ in 0..<2 { _ = try? await issuance.token(credentials: Issuance.basic("svc", Secret("guess"))) }
        #expect(await issuance.provider.flush(at: Issuance.start + .seconds(1)).isEmpty)
        let events = try await issuance.events("token.refused")
        #expect(events.map(\.count) == [9])
        #expect(events.first?.detail == "client_secret_wrong" && events.first?.actor == "client:svc")
        #expect(events.first?.outcome == .refusal)
    }

    @Test func `a flood of different refusals is counted to the last one in bounded memory`() async throws {
        var policy = ServerPolicy()
        policy.clientThrottle = .init(burst: 1_000_000, perMinute: 1)
        policy.addressThrottle = .init(burst: 1_000_000, perMinute: 1)
        let issuance = try await Issuance(policy: policy)
        for index in 0..<6000 {
            let caller = Caller(address: "10.0.\(index / 256).\(index % 256)", requestID: "r")
            _ = try? await issuance.token(credentials: Issuance.basic("nobody", Secret("x")), caller: caller)
        }
        #expect(await issuance.provider.flush(at: Issuance.start).isEmpty)
        var total: Int64 = 0
        var after: Int64?
        var rows = 0
        while true {
            let page = try await issuance.store.events(AuditQuery(afterID: after, action: "token.refused", limit: 1000))
            guard let last = page.last else { break }
            total += page.reduce(0) { $0 + $1.count }
            rows += page.count
            after = last.id
        }
        #expect(total == 6000)
        #expect(rows <= 4097)
    }
}
