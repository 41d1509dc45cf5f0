import AuthorizationServer
import JOSE
import OAuth
import Risk
import Storage
import StorageTesting
import Testing

/// Takes a request that is accepted, breaks one thing, and reads what the operator is told.
@Suite struct `The explanation of a request with one thing broken` {
    @Test func `names what is wrong with a client and its secret`() async throws {
        let issuance = try await Issuance()
        _ = try await issuance.token()
        let provider = issuance.provider
        let unknown = try Issuance.basic("svv")
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await issuance.token(credentials: unknown) },
            .clientUnknown, found: "client_id svv")
        let wrong = try Issuance.basic("svc", Secret("tsc_wrong"))
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await issuance.token(credentials: wrong) },
            .clientSecretWrong, found: "9 bytes", expected: "secret s-")
        let form = "client_id=svc&client_secret=\(Issuance.secret.revealedValue)"
        let posted = try ClientCredentials(authorization: nil, form: Issuance.form(form))
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await issuance.token(credentials: posted) },
            .clientMethodWrong, found: "client_secret_post", expected: "client_secret_basic")
        let bare = try ClientCredentials(authorization: nil, form: Issuance.form("client_id=svc"))
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await issuance.token(credentials: bare) },
            .clientMethodWrong, found: "none", expected: "client_secret_basic")
        let resource = try Issuance.basic("orders")
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await issuance.token(credentials: resource) },
            .notAClient, found: "orders is a protected resource")
        let id = ClientID(unchecked: "svc")
        var client = try #require(try await issuance.store.client(id))
        client.isEnabled = false
        let event = AuditEvent(at: Issuance.start, action: "test", actor: "test")
        _ = try await issuance.store.update(client, advancing: [], recording: event)
        provider.registry.forgetClient(id)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await issuance.token() }, .clientDisabled,
            found: "svc")
    }

    @Test func `names what is wrong with what a client asks for`() async throws {
        let issuance = try await Issuance()
        let provider = issuance.provider
        let elsewhere = ResourceIndicator(unchecked: "https://elsewhere.example")
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await issuance.token(resource: nil) },
            .resourceNotNamed, found: "no resource", expected: "https://orders.example")
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await issuance.token(resource: elsewhere) },
            .resourceNotPermitted, found: elsewhere.rawValue, expected: "https://orders.example")
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await issuance.token(scope: "read refund") },
            .scopeNotPermitted, found: "scope read refund", expected: "read write")
        let other = TokenRequest.refreshToken(RefreshTokenParameters(refreshToken: Secret("x")))
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) {
                _ = try await provider.token(
                    other, from: Issuance.basic("svc"), caller: Issuance.caller, at: Issuance.start)
            }, .grantTypeNotAllowed, found: "refresh_token", expected: "client_credentials")
        let id = ClientID(unchecked: "orders")
        var resource = try #require(try await issuance.store.resource(id))
        resource.isEnabled = false
        let event = AuditEvent(at: Issuance.start, action: "test", actor: "test")
        _ = try await issuance.store.update(resource, advancing: [], recording: event)
        provider.registry.forgetResource(id, identifier: Issuance.jwtAPI)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await issuance.token() }, .resourceDisabled,
            found: "https://orders.example")
    }

    @Test func `names the claim of an assertion that is wrong`() async throws {
        let key = try SigningKey.generate(.ES256)
        var policy = ServerPolicy()
        policy.clientThrottle = ThrottlePolicy(burst: 100, perMinute: 100)
        let issuance = try await Issuance(
            policy: policy, clientMethod: .privateKeyJWT, keySet: JWKSet(keys: [key.verificationKey.jwk]))
        let usual: [(String, JSONValue)] = [
            ("iss", .string("svc")), ("sub", .string("svc")), ("aud", .string("https://id.example")),
            ("jti", .string("j")), ("iat", .integer(1_800_000_000)), ("exp", .integer(1_800_000_060)),
        ]
        let form = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion="
        func credentials(_ changes: [String: JSONValue], by signer: SigningKey) throws -> ClientCredentials {
            var claims = JSONObject(usual)
            for (name, value) in changes { claims[name] = value }
            let jwt = try JWTSigner(signer, type: "JWT").sign(claims.jsonBytes)
            return try ClientCredentials(authorization: nil, form: Issuance.form(form + jwt))
        }
        let mutations: [(String, JSONValue, Check, String)] = [
            ("iss", .string("svv"), .assertionIssuerWrong, "iss svv"),
            ("aud", .string("https://other.example"), .assertionAudienceWrong, "aud https://other.example"),
            ("aud", .array([.string("https://id.example"), .string("b")]), .assertionAudienceWrong, "aud [https"),
            ("exp", .integer(1_799_999_000), .assertionExpiryWrong, "1799999000, 1000 s ago"),
            ("exp", .integer(1_900_000_000), .assertionExpiryWrong, "exp 1900000000"),
            ("exp", .string("soon"), .assertionExpiryWrong, "exp soon"),
            ("nbf", .integer(1_800_001_000), .assertionStartWrong, "in 1000 s"),
            ("iat", .integer(1_800_001_000), .assertionTimeWrong, "in 1000 s"),
            ("jti", .string(""), .assertionNameWrong, "0 bytes"),
        ]
        for (name, value, check, found) in mutations {
            let broken = try credentials([name: value], by: key)
            ReachedChecks.expect(
                await ReachedChecks.explanation(in: issuance.provider) {
                    _ = try await issuance.token(credentials: broken)
                },
                check, found: found)
        }
        let right = try credentials([:], by: key)
        _ = try await issuance.token(credentials: right)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: issuance.provider) { _ = try await issuance.token(credentials: right) },
            .assertionReplayed, found: "1 bytes")
        let stranger = try credentials(["jti": .string("k")], by: SigningKey.generate(.ES256))
        let usualClaims = JSONObject(usual).jsonBytes
        let parts = try JWTSigner(key, type: "JWT").sign(usualClaims).split(separator: ".")
        let jwt = "\(parts[0]).\(parts[1])." + String(repeating: "A", count: parts[2].count)
        let forged = try ClientCredentials(authorization: nil, form: Issuance.form(form + jwt))
        for (credentials, check) in [(stranger, Check.assertionKeyUnknown), (forged, .assertionSignatureWrong)] {
            ReachedChecks.expect(
                await ReachedChecks.explanation(in: issuance.provider) {
                    _ = try await issuance.token(credentials: credentials)
                }, check, found: "alg ES256")
        }
    }
}
