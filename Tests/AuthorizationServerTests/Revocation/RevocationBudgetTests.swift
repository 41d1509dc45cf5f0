import AuthorizationServer
import JOSE
import OAuth
import Risk
import Storage
import Testing

@Suite struct `A client that makes and revokes tokens in a loop` {
    private static func issuance() async throws -> Issuance {
        var policy = ServerPolicy()
        policy.revocationThrottle = ThrottlePolicy(burst: 5, perMinute: 1)
        return try await Issuance(policy: policy)
    }

    @Test func `adds no more rows than its budget, and no token that it revoked lives on`() async throws {
        let issuance = try await Self.issuance()
        var tokens: [Secret] = []
        for _ in 0..<40 { tokens.append(try await issuance.token().accessToken) }
        for token in tokens {
            try await issuance.revoke(token)
            #expect(try await !issuance.isActive(token))
        }
        #expect(issuance.provider.revocations.counts.tokens == 5)
        #expect(try await issuance.store.revokedTokens(at: Issuance.start).count == 5)
        // The sixth ended all that were left with one step.
        #expect(try await issuance.events("token.revoked").count == 5)
        let all = try await issuance.events("grant.tokens_revoked")
        #expect(all.count == 1 && all.allSatisfy { $0.actor == "client:svc" && $0.target == "grant:g-orders.example" })
        let again = try await Issuance(store: issuance.store, registers: false)
        for token in tokens { #expect(try await !again.isActive(token)) }
    }

    @Test func `gets no new token until some of its budget is back`() async throws {
        let issuance = try await Self.issuance()
        for _ in 0..<5 { try await issuance.revoke(try await issuance.token().accessToken) }
        let rejection = await #expect(throws: Rejection.self) { try await issuance.token() }
        #expect(rejection?.oauthError.code == .temporarilyUnavailable)
        #expect(rejection?.retryAfter == 1)
        let later = Issuance.start + .seconds(60)
        #expect(try await issuance.isActive(try await issuance.token(at: later).accessToken, at: later))
    }

    @Test func `disturbs no other grant`() async throws {
        let issuance = try await Self.issuance()
        let other = try await issuance.token(resource: Issuance.opaqueAPI).accessToken
        let tokens = [try await issuance.token().accessToken, try await issuance.token().accessToken]
        for _ in 0..<4 { try await issuance.revoke(try await issuance.token().accessToken) }
        for token in tokens { try await issuance.revoke(token) }
        #expect(try await issuance.isActive(other, by: "payments"))
        #expect(try await issuance.token(resource: Issuance.opaqueAPI).expiresIn == 300)
    }
}
