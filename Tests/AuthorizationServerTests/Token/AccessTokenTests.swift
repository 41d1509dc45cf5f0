import AuthorizationServer
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

@Suite struct `The client credentials grant` {
    @Test(
        .requirement(
            "6749-5.1-2", "6749-5.1-3", "6749-5.1-4", "6749-4.4.3-1", "9068-2.1-1", "9068-2.1-2", "9068-2.1-5",
            "9068-2.1-6",
            "9068-2.1-7", "9068-2.2-1", "9068-2.2-2", "9068-2.2-3", "9068-2.2-4", "9068-2.2-6", "9068-2.2-7",
            "9068-2.2-8",
            "9068-2.2-9", "9068-2.2.3-1", "9068-3-1", "8707-2-5", "8707-2-6", "6750-5.2-3", "6750-5.2-4",
            "7519-4.1.6-1", "7519-2-2"))
    func `issues a JWT with the claims of the profile`() async throws {
        let issuance = try await Issuance()
        let response = try await issuance.token(scope: "read")
        #expect(response.expiresIn == 300)
        let json = try JSONObject(parsing: response.json)
        #expect(json.string("token_type") == "Bearer")
        #expect(json["refresh_token"] == nil && json["id_token"] == nil)

        let jwt = try UnverifiedJWT(response.accessToken.revealedValue)
        let keys = try JWKSet(parsing: issuance.provider.keySetDocument(at: Issuance.start).body)
        let key = try #require(keys.keys.first { $0.keyID == jwt.header.keyID })
        #expect(jwt.header.type == "at+jwt" && jwt.header.algorithm == "ES256")
        let claims = try jwt.verified(by: VerificationKey(key), type: .exactly("at+jwt")).claims
        #expect(claims.string("iss") == "https://id.example")
        for name in ["iss", "sub", "client_id", "jti"] {
            let value = try #require(claims.string(name))
            #expect(!value.contains(":") || (try? ResourceIndicator(value)) != nil)
        }
        #expect(claims.string("aud") == "https://orders.example")
        #expect(claims.string("sub") == "svc" && claims.string("client_id") == "svc")
        #expect(claims.string("scope") == "read")
        #expect(claims.integer("iat") == 1_800_000_000 && claims.integer("exp") == 1_800_000_300)
        #expect(claims.string("jti")?.utf8.count == 22)
    }

    @Test(.requirement("6750-5.2-7", "9068-6-1"))
    func `issues an opaque token that shows nothing but its kind`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token(scope: "read", resource: Issuance.opaqueAPI).accessToken
        #expect(token.revealedValue.hasPrefix("tsa_"))
        let bytes = try Base64URL.decode(String(token.revealedValue.dropFirst(4)))
        let text = String(decoding: bytes, as: UTF8.self)
        for word in ["svc", "payments", "read", "id.example"] { #expect(!text.contains(word)) }
        let claims = try await issuance.introspect(token, by: "payments")
        #expect(claims.bool("active") == true && claims.string("aud") == "https://payments.example")
    }

    @Test(
        .requirement("6749-5.2-10", "9068-2.2.3-2"),
        arguments: ["refund", "read refund", "READ", "openid", "offline_access"])
    func `refuses a scope that was not permitted`(scope: String) async throws {
        let issuance = try await Issuance()
        let error = await #expect(throws: Rejection.self) { try await issuance.token(scope: scope) }
        #expect(error?.oauthError.code == .invalidScope)
    }

    @Test(.requirement("6749-3.3-4", "6749-3.3-3", "6749-5.1-6", "8707-2.2-5"))
    func `gives all that is permitted when no scope is asked for, and says so`() async throws {
        let response = try await Issuance().token()
        #expect(try JSONObject(parsing: response.json).string("scope") == "read write")
    }

    @Test(.requirement("8707-2.2-4"))
    func `gives no scope that the resource gave up since`() async throws {
        let issuance = try await Issuance()
        var resource = try #require(try await issuance.store.resource(identifiedBy: Issuance.jwtAPI))
        resource.scope = Scope(unchecked: ["read"])
        _ = try await issuance.store.update(
            resource, advancing: [], recording: AuditEvent(at: Issuance.start, action: "t", actor: "t"))
        #expect(try await issuance.token().scope == Scope("read"))
    }

    @Test(
        .requirement("8707-2.2-1", "8707-2.2-2", "8707-3-1"),
        arguments: [
            "https://unknown.example", "https://orders.example/", "https://orders.exampl",
            "https://id.example/admin/v1",
        ])
    func `refuses a resource where the client has no permission`(resource: String) async throws {
        let issuance = try await Issuance()
        let error = await #expect(throws: Rejection.self) {
            try await issuance.token(resource: ResourceIndicator(resource))
        }
        #expect(error?.oauthError.code == .invalidTarget)
    }

    @Test(.requirement("9068-3-2", "9068-3-3"))
    func `needs the resource to be named when there are two, and not when there is one`() async throws {
        let issuance = try await Issuance()
        await #expect(throws: Rejection.resourceNotNamed(ClientID(unchecked: "svc"))) {
            try await issuance.token(resource: nil)
        }
        let grant = try #require(
            try await issuance.store.standingGrant(of: ClientID(unchecked: "svc"), at: Issuance.opaqueAPI))
        _ = try await issuance.store.revoke(
            grant.id, because: .administrator, advancing: [.grant(grant.id)], at: Issuance.start,
            recording: AuditEvent(at: Issuance.start, action: "t", actor: "t"))
        issuance.provider.registry.forgetGrants(of: ClientID(unchecked: "svc"))
        let token = try await issuance.token(resource: nil).accessToken
        #expect(try await issuance.isActive(token))
    }

    @Test(.requirement("6749-4.4-1", "6749-5.2-8", "6749-2.2-2", "6749-2.3-1"))
    func `is not for a public client`() async throws {
        let issuance = try await Issuance(clientMethod: .none)
        let bare = try ClientCredentials(authorization: nil, form: Issuance.form("client_id=svc"))
        let error = await #expect(throws: Rejection.self) { try await issuance.token(credentials: bare) }
        #expect(error?.oauthError.code == .unauthorizedClient)
    }

    @Test(.requirement("6749-5.2-8")) func `is not for a client without the grant type`() async throws {
        let issuance = try await Issuance()
        var client = try #require(try await issuance.store.client(ClientID(unchecked: "svc")))
        client.grantTypes = []
        _ = try await issuance.store.update(
            client, advancing: [], recording: AuditEvent(at: Issuance.start, action: "t", actor: "t"))
        await #expect(throws: Rejection.grantTypeNotAllowed(client.id)) { try await issuance.token() }
    }

    @Test func `gives no token a longer life than the server allows, whatever the resource was registered with`()
        async throws
    {
        var policy = ServerPolicy()
        policy.maximumAccessTokenLifetime = 120
        let response = try await Issuance(policy: policy).token()
        #expect(response.expiresIn == 120)
    }

    @Test(.requirement("7519-4.1.7-1")) func `never repeats a token`() async throws {
        let issuance = try await Issuance()
        var seen: Set<Secret> = []
        for _ in 0..<500 { seen.insert(try await issuance.token(resource: Issuance.opaqueAPI).accessToken) }
        #expect(seen.count == 500)
    }

    @Test(.requirement("9068-2.1-4"), arguments: Algorithm.allCases)
    func `signs with the algorithm of the resource`(algorithm: Algorithm) async throws {
        let issuance = try await Issuance()
        try await issuance.provider.keys.ensureKey(for: algorithm, at: Issuance.start)
        let other = ResourceIndicator(unchecked: "https://other.example")
        let event = AuditEvent(at: Issuance.start, action: "t", actor: "t")
        _ = try await issuance.store.insert(
            Issuance.resource("other", other, format: .jwt, algorithm: algorithm), recording: event)
        _ = try await issuance.store.permit(
            Grant(
                id: GrantID(unchecked: "g-other"), client: ClientID(unchecked: "svc"),
                subject: Subject(unchecked: "svc"), resource: other,
                scope: Scope("read"), createdAt: Issuance.start), advancing: [], recording: event)
        issuance.provider.registry.forgetGrants(of: ClientID(unchecked: "svc"))
        let token = try await issuance.token(resource: other).accessToken
        #expect(try UnverifiedJWT(token.revealedValue).header.algorithm == algorithm.rawValue)
        #expect(try await issuance.isActive(token, by: "other"))
    }
}

@Suite struct `An opaque token` {
    private func bytes(_ token: Secret) throws -> [UInt8] {
        try Base64URL.decode(String(token.revealedValue.dropFirst(4)))
    }

    private func resealed(_ bytes: [UInt8]) -> Secret {
        var bytes = Array(bytes.dropLast(4))
        let checksum = CRC32.of(bytes)
        for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: checksum >> shift)) }
        return Secret("tsa_" + Base64URL.encode(bytes))
    }

    @Test(.requirement("6750-5.2-2"))
    func `is refused with any byte changed, also when the checksum is made right`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token(resource: Issuance.opaqueAPI).accessToken
        let original = try bytes(token)
        #expect(resealed(original) == token)
        for index in original.indices.dropLast(4) {
            var changed = original
            changed[index] ^= 1
            #expect(try await !issuance.isActive(resealed(changed), by: "payments"), "byte \(index)")
        }
    }

    @Test func `is refused truncated, extended, padded or in another spelling`() async throws {
        let issuance = try await Issuance()
        let text = try await issuance.token(resource: Issuance.opaqueAPI).accessToken.revealedValue
        for index in stride(from: 0, to: text.count, by: 7) {
            #expect(try await !issuance.isActive(Secret(String(text.prefix(index) + "A")), by: "payments"))
        }
        for other in [
            text + "A", text + "=", "TSA_" + text.dropFirst(4), "tsa_" + text, text.replacing("tsa_", with: "tsc_"),
        ] {
            #expect(try await !issuance.isActive(Secret(other), by: "payments"))
        }
    }

    @Test func `is refused by another issuer, also one that shares its keys`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token(resource: Issuance.opaqueAPI).accessToken
        let copy = InMemoryStoreCopy()
        let other = try await Issuance(
            issuer: "https://other.example", store: try await copy.withKeys(of: issuance.store))
        #expect(try await !other.isActive(token, by: "payments"))
        let own = try await other.token(resource: Issuance.opaqueAPI).accessToken
        #expect(try await other.isActive(own, by: "payments"))
    }
}
