import AuthorizationServer
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

@Suite struct `A client assertion` {
    let key: SigningKey
    let issuance: Issuance

    init() async throws {
        key = try SigningKey.generate(.ES256)
        issuance = try await Issuance(
            clientMethod: .privateKeyJWT, keySet: JWKSet(keys: [key.verificationKey.jwk]))
    }

    static let form = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion="

    private func claims(_ changes: [(String, JSONValue?)] = [], jti: String = "j1") -> JSONObject {
        var claims = JSONObject([
            ("iss", .string("svc")), ("sub", .string("svc")), ("aud", .string("https://id.example")),
            ("jti", .string(jti)), ("iat", .integer(1_800_000_000)), ("exp", .integer(1_800_000_060)),
        ])
        for (name, value) in changes { claims[name] = value }
        return claims
    }

    private func credentials(
        _ claims: JSONObject, by key: SigningKey? = nil, type: String = "JWT"
    ) throws -> ClientCredentials {
        let jwt = try JWTSigner(key ?? self.key, type: type).sign(claims.jsonBytes)
        return try ClientCredentials(authorization: nil, form: Issuance.form(Self.form + jwt))
    }

    private func signed(_ claims: JSONObject, under header: String, by key: SigningKey) throws -> String {
        let input = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(claims.jsonBytes)
        return input + "." + Base64URL.encode(try key.signature(for: Array(input.utf8)))
    }

    private func reason(_ credentials: ClientCredentials, at now: NumericDate = Issuance.start) async -> String? {
        do {
            _ = try await issuance.token(credentials: credentials, at: now)
            return nil
        } catch { return (error as? Rejection)?.reason ?? "\(error)" }
    }

    @Test(.requirement("6749-2.3.2-1", "7523-3-1", "7521-3-1", "7521-6.2-1", "7521-8.1-1", "9700-2.5-2"))
    func `authenticates the client whose key signed it`() async throws {
        #expect(await reason(try credentials(claims())) == nil)
        #expect(await reason(try credentials(claims(jti: "j2"), type: "client-authentication+jwt")) == nil)
    }

    @Test func `may name the token endpoint only for a client that is registered to`() async throws {
        let endpoint = JSONValue.string("https://id.example/token")
        #expect(await reason(try credentials(claims([("aud", endpoint)]))) == "assertion_aud_wrong")
        let id = ClientID(unchecked: "svc")
        var client = try #require(try await issuance.store.client(id))
        client.relyingParty = RelyingParty(redirectURIs: [], mayAddressAssertionsToTokenEndpoint: true)
        _ = try await issuance.store.update(
            client, advancing: [], recording: AuditEvent(at: Issuance.start, action: "test", actor: "test"))
        issuance.provider.registry.forgetClient(id)
        #expect(await reason(try credentials(claims([("aud", endpoint)]))) == nil)
        #expect(await reason(try credentials(claims(jti: "j2"))) == nil)
        // RFC 7519 §4.1.3: old libraries write a list also where there is one.
        for (jti, name) in [("j3", endpoint), ("j4", .string("https://id.example"))] {
            #expect(await reason(try credentials(claims([("aud", .array([name]))], jti: jti))) == nil)
        }
        let both = JSONValue.array([endpoint, .string("https://id.example")])
        for wrong in [both, .array([]), .array([.array([endpoint])]), .string("https://id.example/introspect")] {
            #expect(await reason(try credentials(claims([("aud", wrong)], jti: "j5"))) == "assertion_aud_wrong")
        }
    }

    @Test(.requirement("7521-8.2-1", "oidc-core-9-3")) func `counts once, whichever endpoint it is shown to`()
        async throws
    {
        let credentials = try credentials(claims())
        #expect(await reason(credentials) == nil)
        #expect(await reason(credentials) == "assertion_replayed")
        let presented = try PresentedToken(Issuance.form("token=x"))
        await #expect(throws: Rejection.assertionReplayed(ClientID(unchecked: "svc"))) {
            try await issuance.provider.revoke(
                presented, from: credentials, caller: Issuance.caller, at: Issuance.start)
        }
        await #expect(throws: Rejection.assertionReplayed(ClientID(unchecked: "svc"))) {
            try await issuance.provider.introspect(
                presented, from: credentials, caller: Issuance.caller, at: Issuance.start)
        }
    }

    @Test func `counts once also when it comes a hundred times at the same moment`() async throws {
        let credentials = try credentials(claims())
        let wins = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 { group.addTask { await reason(credentials) == nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
    }

    @Test(
        .requirement(
            "7523-3-2", "7523-3-3", "7523-3-4", "7523-3-5", "7523-3-6", "7523-3-7", "7523-3-8", "7523-3-9", "7523-3-10",
            "7523-3-11",
            "7523-3-14", "7523-3.2-1", "7521-4.2.1-1", "7521-5.1-1", "7521-5.1-2", "7521-5.1-3", "7521-5.2-1",
            "7521-5.2-2", "7521-5.2-3",
            "7521-5.2-4", "7521-5.2-5", "7521-5.2-6", "7521-5.2-7", "7521-5.2-8", "7519-4.1.1-1", "7519-4.1.2-2",
            "7519-4.1.3-3",
            "7519-4.1.4-3", "7519-4.1.5-1", "7519-4.1.5-2", "7519-4.1.5-3", "7519-4.1.7-3", "8725-3.9-3", "8725-3.8-4",
            "8725-3.8-3", "oidc-core-9-2"),
        arguments: [
            ("iss", JSONValue?.none, "assertion_iss_wrong"), ("iss", .string("other"), "assertion_iss_wrong"),
            ("iss", .string("SVC"), "assertion_iss_wrong"), ("iss", .integer(1), "assertion_iss_wrong"),
            ("aud", nil, "assertion_aud_wrong"), ("aud", .string("https://id.example/"), "assertion_aud_wrong"),
            ("aud", .string("https://id.example/token"), "assertion_aud_wrong"),
            ("aud", .integer(1), "assertion_aud_wrong"),
            ("aud", .string("https://ID.example"), "assertion_aud_wrong"), ("aud", .array([]), "assertion_aud_wrong"),
            ("aud", .array([.string("https://id.example")]), "assertion_aud_wrong"),
            ("aud", .array([.string("https://id.example"), .string("https://other.example")]), "assertion_aud_wrong"),
            ("aud", .array([.string("https://id.example"), .integer(1)]), "assertion_aud_wrong"),
            ("exp", nil, "assertion_exp_wrong"), ("exp", .string("1800000060"), "assertion_exp_wrong"),
            ("exp", .integer(1_799_999_970), "assertion_exp_wrong"),
            ("exp", .integer(1_800_003_631), "assertion_exp_wrong"),
            ("exp", .number(1e300), "assertion_exp_wrong"), ("exp", .integer(.max), "assertion_exp_wrong"),
            ("nbf", .integer(1_800_000_031), "assertion_nbf_wrong"), ("nbf", .string("x"), "assertion_nbf_wrong"),
            ("iat", .integer(1_800_000_031), "assertion_iat_wrong"), ("iat", .string("x"), "assertion_iat_wrong"),
            ("jti", nil, "assertion_jti_wrong"), ("jti", .string(""), "assertion_jti_wrong"),
            ("jti", .string(String(repeating: "j", count: 256)), "assertion_jti_wrong"),
            ("sub", .string("orders"), "client_method_wrong"),
        ])
    func `is refused with one claim wrong`(claim: String, value: JSONValue?, expected: String) async throws {
        #expect(await reason(try credentials(claims([(claim, value)]))) == expected)
    }

    /// Authlib's clients make assertions for an hour.
    @Test func `may live for an hour, is then accepted once, and is forgotten afterwards`() async throws {
        let hour = try credentials(claims([("exp", .integer(1_800_003_600))]))
        #expect(await reason(hour) == nil)
        #expect(await reason(hour, at: Issuance.start + .seconds(3629)) == "assertion_replayed")
        let over = Issuance.start + .seconds(3630)
        #expect(try await issuance.store.sweep(at: over, keeping: Retention(), limit: 10) == 1)
    }

    @Test(.requirement("7523-3-12", "7523-3-13", "7521-5.2-9", "7517-9.1-1", "7519-11.1-1"))
    func `is refused under another key, and burns no identifier`() async throws {
        let stranger = try SigningKey.generate(.ES256)
        #expect(await reason(try credentials(claims(), by: stranger)) == "assertion_key_unknown")
        var disguised = stranger.privateJWK.json
        disguised["kid"] = .string(key.id)
        #expect(
            await reason(try credentials(claims(), by: SigningKey(JSONWebKey(disguised))))
                == "assertion_signature_wrong")
        #expect(await reason(try credentials(claims())) == nil)
    }

    /// Keys as other tools write them bear no `kid`; ours then names them by their thumbprint.
    @Test(.requirement("7517-4.5-2"), arguments: [true, false])
    func `is checked with a key that was registered without a name`(byURL: Bool) async throws {
        var nameless = key.privateJWK.json
        nameless["kid"] = nil
        let own = try SigningKey(JSONWebKey(nameless))
        let set = JWKSet(keys: [try SigningKey.generate(.ES256).verificationKey.jwk, own.verificationKey.jwk])
        try #require(set.keys.last?.keyID == nil)
        let issuance = try await Issuance(
            clientMethod: .privateKeyJWT, keySet: byURL ? nil : set, keySetURL: byURL ? "https://svc.example/jwks" : nil
        )
        issuance.fetcher.serve(set.publicJSON.jsonBytes)
        #expect(try await issuance.token(credentials: credentials(claims(), by: own)).expiresIn == 300)
        let unnamed = try Issuance.form(Self.form + signed(claims(jti: "j2"), under: #"{"alg":"ES256"}"#, by: own))
        let bare = try ClientCredentials(authorization: nil, form: unnamed)
        #expect(try await issuance.token(credentials: bare).expiresIn == 300)
        // The name is known: a minute later it makes nobody fetch the keys again.
        let later = try credentials(claims([("exp", .integer(1_800_000_120))], jti: "j3"), by: own)
        #expect(try await issuance.token(credentials: later, at: Issuance.start + .seconds(61)).expiresIn == 300)
        #expect(issuance.fetcher.count == (byURL ? 1 : 0))

        var disguised = try SigningKey.generate(.ES256).privateJWK.json
        disguised["kid"] = .string(own.id)
        let stranger = try credentials(claims(jti: "j4"), by: SigningKey(JSONWebKey(disguised)))
        await #expect(throws: Rejection.assertionSignatureWrong(ClientID(unchecked: "svc"))) {
            try await issuance.token(credentials: stranger)
        }
    }

    @Test func `is checked with ten keys at most, and with none of another kind`() async throws {
        let others = try (0..<10).map { _ in try SigningKey.generate(.EdDSA).verificationKey.jwk }
        let header = #"{"alg":"ES256"}"#
        for (position, isTried) in [(9, true), (10, false)] {
            var keys = try (0..<10).map { _ in try SigningKey.generate(.ES256).verificationKey.jwk }
            keys.insert(key.verificationKey.jwk, at: position)
            let issuance = try await Issuance(clientMethod: .privateKeyJWT, keySet: JWKSet(keys: others + keys))
            let form = try Issuance.form(Self.form + signed(claims(), under: header, by: key))
            let token = try? await issuance.token(credentials: ClientCredentials(authorization: nil, form: form))
            #expect((token != nil) == isTried)
        }
    }

    @Test(.requirement("7523-5-1", "8414-2-11", "8725-3.1-1", "8725-3.1-2"), arguments: Algorithm.allCases)
    func `may use any algorithm on the list, if no other was registered`(algorithm: Algorithm) async throws {
        let key = try SigningKey.generate(algorithm)
        let issuance = try await Issuance(clientMethod: .privateKeyJWT, keySet: JWKSet(keys: [key.verificationKey.jwk]))
        let credentials = try credentials(claims(), by: key)
        #expect(try await issuance.token(credentials: credentials).expiresIn == 300)

        var client = try #require(try await issuance.store.client(ClientID(unchecked: "svc")))
        client.credentials.assertionAlgorithm = algorithm == .ES256 ? .RS256 : .ES256
        _ = try await issuance.store.update(
            client, advancing: [], recording: AuditEvent(at: Issuance.start, action: "t", actor: "t"))
        issuance.provider.registry.forgetClient(client.id)
        let second = try self.credentials(claims(jti: "j2"), by: key)
        await #expect(throws: Rejection.assertionSignatureWrong(client.id)) {
            try await issuance.token(credentials: second)
        }
    }

    @Test func `can be checked with keys from jwks_uri, fetched once`() async throws {
        let issuance = try await Issuance(clientMethod: .privateKeyJWT, keySetURL: "https://svc.example/jwks")
        issuance.fetcher.serve(JWKSet(keys: [key.verificationKey.jwk]).publicJSON.jsonBytes)
        for index in 0..<20 {
            let credentials = try credentials(claims(jti: "j\(index)"))
            #expect(try await issuance.token(credentials: credentials).expiresIn == 300)
        }
        #expect(issuance.fetcher.count == 1)
    }

    @Test func `is checked with as many keys of jwks_uri as the policy keeps`() async throws {
        var policy = ServerPolicy()
        policy.keysPerClient = 2
        let issuance = try await Issuance(
            policy: policy, clientMethod: .privateKeyJWT, keySetURL: "https://svc.example/jwks")
        let keys = try (0..<3).map { _ in try SigningKey.generate(.ES256) }
        issuance.fetcher.serve(JWKSet(keys: keys.map(\.verificationKey.jwk)).publicJSON.jsonBytes)
        let second = try credentials(claims(jti: "j1"), by: keys[1])
        #expect(try await issuance.token(credentials: second).expiresIn == 300)
        let third = try credentials(claims(jti: "j2"), by: keys[2])
        await #expect(throws: Rejection.assertionKeyUnknown(ClientID(unchecked: "svc"))) {
            try await issuance.token(credentials: third)
        }
    }

    @Test func `with invented key ids makes the server fetch at most once a minute`() async throws {
        let issuance = try await Issuance(clientMethod: .privateKeyJWT, keySetURL: "https://svc.example/jwks")
        issuance.fetcher.serve(JWKSet(keys: [key.verificationKey.jwk]).publicJSON.jsonBytes)
        for index in 0..<200 {
            let stranger = try SigningKey.generate(.ES256)
            let credentials = try credentials(claims(jti: "j\(index)"), by: stranger)
            _ = try? await issuance.token(
                credentials: credentials, caller: Caller(address: "10.0.0.\(index)", requestID: "r"),
                at: Issuance.start + .seconds(index / 10))
        }
        #expect(issuance.fetcher.count == 1)
    }

    @Test func `whose keys cannot be fetched is not the client's fault`() async throws {
        let issuance = try await Issuance(clientMethod: .privateKeyJWT, keySetURL: "https://svc.example/jwks")
        let credentials = try credentials(claims())
        await #expect(throws: Rejection.assertionKeysUnavailable(ClientID(unchecked: "svc"))) {
            try await issuance.token(credentials: credentials)
        }
        issuance.fetcher.serve(JWKSet(keys: [key.verificationKey.jwk]).publicJSON.jsonBytes)
        let later = Issuance.start + .seconds(61)
        let second = try self.credentials(claims([("exp", .integer(1_800_000_100))]))
        #expect(try await issuance.token(credentials: second, at: later).expiresIn == 300)
    }
}
