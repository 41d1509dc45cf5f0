import AuthorizationServer
import JOSE
import OAuth
import Risk
import Storage
import StorageTesting
import Testing

/// The same for what was revoked, what has ended, and the revocation feed.
@Suite struct `The explanation of what has ended` {
    private static let start = Issuance.start

    @Test func `names what ended an access token`() async throws {
        let issuance = try await Issuance()
        let provider = issuance.provider
        func dead(_ token: Secret, _ check: Check, _ found: String) async {
            ReachedChecks.expect(
                await ReachedChecks.explanation(in: provider) { _ = try await issuance.introspect(token) }, check,
                found: found)
        }
        let mutations: [(EpochKey, Check, String)] = [
            (.subject(Subject(unchecked: "svc")), .tokenSubjectEnded, "sub svc"),
            (.client(ClientID(unchecked: "svc")), .tokenClientEnded, "client_id svc"),
            (.grant(GrantID(unchecked: "g-orders.example")), .tokenGrantEnded, "grant g-orders.example"),
            (.resource(Issuance.jwtAPI), .tokenResourceEnded, "aud https://orders.example"),
        ]
        for (counter, check, found) in mutations {
            let token = try await issuance.token().accessToken
            #expect(try await issuance.isActive(token))
            let event = AuditEvent(at: Self.start, action: "test", actor: "test")
            provider.revocations.apply(try await issuance.store.advance([counter], recording: event), at: Self.start)
            await dead(token, check, found)
        }
        let token = try await issuance.token().accessToken
        try await issuance.revoke(token)
        await dead(token, .tokenRevoked, "jti ")
        let other = try await issuance.token().accessToken
        let key = try #require(provider.keyRing.snapshot.signer(.ES256, at: Self.start))
        let claims = try provider.reader.genuine(other).json
        _ = try await provider.keys.distrust(key.record.id, by: "test", at: Self.start)
        await dead(other, .tokenKeyDistrusted, "kid \(key.record.id)")
        // Made with a key of ours, and no word of ours.
        let records = try await provider.keys.records()
        let second = try #require(records.first { $0.purpose == .signing(.ES256) && $0.distrustedAt == nil })
        let secret = try #require(Issuance.sealer).open(second.sealedKey, context: "key.sealedKey.\(second.id)")
        var object = try JSONObject(parsing: claims)
        object["iss"] = .string("https://other.example")
        let signer = JWTSigner(try SigningKey(JSONWebKey(parsing: secret), algorithm: .ES256), type: "at+jwt")
        await dead(Secret(try signer.sign(object.jsonBytes)), .tokenIssuerWrong, "iss https://other.example")
    }

    @Test func `names why a token cannot be revoked, or another one be had`() async throws {
        var policy = ServerPolicy()
        policy.revocationThrottle = ThrottlePolicy(burst: 1, perMinute: 1)
        let issuance = try await Issuance(policy: policy)
        let provider = issuance.provider
        let event = AuditEvent(at: Self.start, action: "test", actor: "test")
        let foe = RegisteredClient(
            id: ClientID(unchecked: "foe"), name: "Foe",
            credentials: RegisteredCredentials(
                method: .clientSecretBasic, secrets: [Issuance.stored(Issuance.secret)]), createdAt: Self.start)
        _ = try await issuance.store.insert(foe, recording: event)
        let open = RegisteredClient(
            id: ClientID(unchecked: "app"), name: "App", credentials: RegisteredCredentials(method: .none),
            createdAt: Self.start)
        _ = try await issuance.store.insert(open, recording: event)
        let token = try await issuance.token().accessToken
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { try await issuance.revoke(token, by: "foe") },
            .tokenOfAnotherClient, found: "client foe", expected: "client svc")
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { try await issuance.revoke(token, by: "orders") },
            .notAClient, found: "orders is a protected resource")
        let bare = try ClientCredentials(authorization: nil, form: Issuance.form("client_id=app"))
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) {
                _ = try await provider.introspect(
                    PresentedToken(Issuance.form("token=x")), from: bare, caller: Issuance.caller, at: Self.start)
            }, .publicCaller, found: "app proves nothing")
        try await issuance.revoke(token)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await issuance.token() }, .revokesTooOften,
            found: "too many", expected: "the same after ")
        let early = Self.start - .seconds(60)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider, at: early) {
                _ = try await issuance.token(resource: Issuance.opaqueAPI, at: early)
            }, .signingKeyMissing, found: "https://payments.example")
        let wrong = try Issuance.basic("svc", Secret("tsc_wrong"))
        for _ in 0..<provider.policy.clientThrottle.burst { _ = try? await issuance.token(credentials: wrong) }
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await issuance.token(credentials: wrong) },
            .throttled, found: "too many attempts", expected: "s")
    }

    @Test func `names why the feed is not told`() async throws {
        var policy = ServerPolicy()
        policy.feed.readersPerResource = 1
        let issuance = try await Issuance(policy: policy)
        let provider = issuance.provider
        func reader(_ id: String, _ secret: Secret = Issuance.secret) async throws -> FeedReader {
            try await provider.feedReader(
                from: Issuance.basic(id, secret), caller: Issuance.caller, at: Self.start)
        }
        let mutations: [(String, Secret, Check, String)] = [
            ("svc", Issuance.secret, .notAResource, "svc is a client"),
            ("order", Issuance.secret, .clientUnknown, "client_id order"),
            ("orders", Secret("tsc_wrong"), .clientSecretWrong, "9 bytes"),
        ]
        for (id, secret, check, found) in mutations {
            ReachedChecks.expect(
                await ReachedChecks.explanation(in: provider) { _ = try await reader(id, secret) }, check, found: found)
            ReachedChecks.expect(
                await ReachedChecks.explanation(in: provider) {
                    _ = try await provider.feedSnapshot(
                        from: Issuance.basic(id, secret), caller: Issuance.caller, at: Self.start)
                }, check, found: found)
        }
        let first = try await reader("orders")
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await reader("orders") }, .tooManyReaders,
            found: "too many", expected: "5 s")
        first.close()
        let early = Self.start - .seconds(60)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider, at: early) {
                _ = try await provider.feedSnapshot(
                    from: Issuance.basic("orders"), caller: Issuance.caller, at: early)
            }, .feedKeyMissing, found: "")
        policy.feed.snapshotBytes = 28
        let small = try await Issuance(policy: policy)
        small.provider.revocations.apply([.resource(Issuance.jwtAPI): 1], at: Self.start)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: small.provider) {
                _ = try await small.provider.feedSnapshot(
                    from: Issuance.basic("orders"), caller: Issuance.caller, at: Self.start)
            }, .snapshotTooLarge, found: "29 bytes", expected: "at most 28 bytes")
    }

    @Test func `names why nobody can register`() async throws {
        let closed = try await Registrations()
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: closed.provider) {
                _ = try await closed.register(with: Secret("tsi_wrong"))
            }, .registrationTokenWrong, found: "")
        let full = try await Registrations(isOpen: true) { $0.maximumClients = 1 }
        _ = try await full.register()
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: full.provider) { _ = try await full.register() }, .registrationsFull,
            found: "1 clients")
    }
}
