import AuthorizationServer
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

@Suite struct `Revocation` {
    static let apis = [(Issuance.jwtAPI, "orders"), (Issuance.opaqueAPI, "payments")]

    @Test(.requirement("7009-2-2", "7009-2.1-7", "7009-2.2-1", "7662-4-4"))
    func `ends a token of either kind at once, and only that one`() async throws {
        let issuance = try await Issuance()
        for (api, resource) in Self.apis {
            let token = try await issuance.token(resource: api).accessToken
            let sibling = try await issuance.token(resource: api).accessToken
            try await issuance.revoke(token)
            #expect(try await !issuance.isActive(token, by: resource))
            #expect(try await issuance.isActive(sibling, by: resource))
        }
        #expect(try await issuance.events("token.revoked").count == 2)
    }

    @Test(.requirement("7009-2.1-5", "7009-2.1-6"))
    func `is refused to a client that does not own the token, which stays alive`() async throws {
        let issuance = try await Issuance()
        let event = AuditEvent(at: Issuance.start, action: "t", actor: "t")
        _ = try await issuance.store.insert(
            RegisteredClient(
                id: ClientID(unchecked: "svc2"), name: "Other",
                credentials: RegisteredCredentials(
                    method: .clientSecretBasic, secrets: [Issuance.stored(Issuance.secret)]),
                createdAt: Issuance.start), recording: event)
        for (api, resource) in Self.apis {
            let token = try await issuance.token(resource: api).accessToken
            let error = await #expect(throws: Rejection.self) { try await issuance.revoke(token, by: "svc2") }
            #expect(error?.oauthError.code == .unauthorizedClient)
            #expect(try await issuance.isActive(token, by: resource))
        }
    }

    @Test(.requirement("7009-2.1-4")) func `is only for clients that authenticate`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token().accessToken
        let presented = try PresentedToken(Issuance.form("token=\(token.revealedValue)"))
        for credentials in [try Issuance.basic("svc", Secret("wrong")), try Issuance.basic("orders")] {
            let error = await #expect(throws: Rejection.self) {
                try await issuance.provider.revoke(
                    presented, from: credentials, caller: Issuance.caller, at: Issuance.start)
            }
            #expect(error?.oauthError.code == .invalidClient)
        }
        #expect(try await issuance.isActive(token))
    }

    @Test(
        .requirement("7009-2.2-1", "7009-2.2-2", "7009-5-3"),
        arguments: ["garbage", "a.b.c", "tsa_AAAA", "tsr_unknown", "..."])
    func `of something that is no token succeeds and changes nothing`(text: String) async throws {
        let issuance = try await Issuance()
        try await issuance.revoke(Secret(text), hint: "&token_type_hint=refresh_token")
        #expect(try await issuance.events("token.revoked").isEmpty)
        #expect(issuance.provider.revocations.counts.tokens == 0)
    }

    @Test func `twice is the same as once`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token().accessToken
        try await issuance.revoke(token)
        try await issuance.revoke(token)
        #expect(try await issuance.events("token.revoked").count == 1)
    }

    @Test func `outlives a restart`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token().accessToken
        let other = try await issuance.token(resource: Issuance.opaqueAPI).accessToken
        try await issuance.revoke(token)
        let epochs = try await issuance.store.advance(
            [.resource(Issuance.opaqueAPI)], recording: AuditEvent(at: Issuance.start, action: "t", actor: "t"))
        #expect(epochs == [.resource(Issuance.opaqueAPI): 1])
        let again = try await Issuance(store: issuance.store, registers: false)
        #expect(try await !again.isActive(token))
        #expect(try await !again.isActive(other, by: "payments"))
    }

    @Test(arguments: [
        EpochKey.subject(Subject(unchecked: "svc")), .client(ClientID(unchecked: "svc")),
        .grant(GrantID(unchecked: "g-orders.example")),
        .resource(Issuance.jwtAPI),
    ])
    func `of everything so far is one step of a counter, and what comes after lives`(epoch: EpochKey) async throws {
        let issuance = try await Issuance()
        let before = try await issuance.token().accessToken
        let advanced = try await issuance.store.advance(
            [epoch], recording: AuditEvent(at: Issuance.start, action: "t", actor: "t"))
        issuance.provider.revocations.apply(advanced, at: Issuance.start)
        let after = try await issuance.token().accessToken
        #expect(try await !issuance.isActive(before))
        #expect(try await issuance.isActive(after))
    }

    @Test func `counters never go back, whatever order they arrive in`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token().accessToken
        issuance.provider.revocations.apply([.client(ClientID(unchecked: "svc")): 2], at: Issuance.start)
        issuance.provider.revocations.apply([.client(ClientID(unchecked: "svc")): 1], at: Issuance.start)
        let now = try await issuance.token().accessToken
        issuance.provider.revocations.apply([.client(ClientID(unchecked: "svc")): 0], at: Issuance.start)
        #expect(try await !issuance.isActive(token))
        #expect(try await issuance.isActive(now))
    }

    @Test func `is forgotten when the token has died by itself`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token().accessToken
        try await issuance.revoke(token)
        _ = await issuance.provider.upkeep(at: Issuance.start + .seconds(700))
        #expect(issuance.provider.revocations.counts.tokens == 0)
        #expect(try await issuance.store.revokedTokens(at: Issuance.start).isEmpty)
        #expect(try await !issuance.isActive(token, at: Issuance.start + .seconds(700)))
    }

    @Test func `is not shortened by who ends the token again with an earlier end`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token().accessToken
        try await issuance.revoke(token)
        let id = try #require(UnverifiedTokenID.of(token))
        issuance.provider.revocations.revoke(
            id, EndedToken(until: Issuance.start + .seconds(1), audience: nil))
        issuance.provider.revocations.prune(at: Issuance.start + .seconds(2))
        #expect(try await !issuance.isActive(token, at: Issuance.start + .seconds(2)))
    }
}

/// Reads the `jti` of a JWT for a test.
private enum UnverifiedTokenID {
    static func of(_ token: Secret) -> TokenID? {
        let parts = token.revealedValue.split(separator: ".")
        guard parts.count == 3, let bytes = try? Base64URL.decode(String(parts[1])),
            let claims = try? JSONObject(parsing: bytes)
        else { return nil }
        return claims.string("jti").map { TokenID(unchecked: $0) }
    }
}
