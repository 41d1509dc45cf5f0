import JOSE
import OAuth
import ResourceServer
import Synchronization
import TestSupport
import Testing

/// Revocations that a test states.
private final class StatedRevocations: RevocationSource {
    private let state = Mutex((answer: RevocationAnswer.current, lookups: 0))
    let distrusted: String?

    init(distrusted: String? = nil) { self.distrusted = distrusted }

    func isDistrusted(keyID: String) -> Bool { keyID == distrusted }

    var lookups: Int { state.withLock { $0.lookups } }
    var version: UInt64 { 0 }

    func state(_ answer: RevocationAnswer) { state.withLock { $0.answer = answer } }

    func lookup(for token: AccessToken) -> RevocationLookup {
        state.withLock { $0.lookups += 1 }
        return { _ in self.state.withLock { $0.answer } }
    }
}

@Suite(.timeLimit(.minutes(5))) struct GuardedRevocationTests {
    private let crafted: CraftedIssuer
    private let now = CraftedIssuer.now

    init() throws { crafted = try CraftedIssuer() }

    @Test(arguments: [10_000, 0])
    func `asks on every request whether a token has ended`(remembered: Int) async throws {
        let revocations = StatedRevocations()
        let guardian = AccessGuard(
            crafted.validator(), revocations: revocations, memory: TokenMemory(tokens: remembered))
        let token = try crafted.token()
        for _ in 0..<3 { _ = try await guardian.admit(token, at: now) }
        #expect(revocations.lookups == (remembered > 0 ? 1 : 3))
        revocations.state(.revoked)
        for _ in 0..<2 {
            await #expect(throws: AccessRefusal.invalidToken(.revoked)) { try await guardian.admit(token, at: now) }
        }
        #expect(AccessRefusal.invalidToken(.revoked).challenge()?.contains("not valid here") == true)
        revocations.state(.current)
        _ = try await guardian.admit(token, at: now)
    }

    @Test func `fetches keys early when the issuer distrusts the one of a token`() async throws {
        for (distrusted, count) in [(crafted.key.id, 2), ("another", 1)] {
            let download = CraftedDownload(crafted.keySet)
            let validator = AccessTokenValidator(
                issuer: crafted.issuer, audience: CraftedIssuer.resource, keys: download.cache())
            let revocations = StatedRevocations(distrusted: distrusted)
            let guardian = AccessGuard(validator, revocations: revocations)
            let token = try crafted.token()
            _ = try await guardian.admit(token, at: now)
            revocations.state(.revoked)
            for _ in 0..<50 {
                await #expect(throws: AccessRefusal.invalidToken(.revoked)) {
                    try await guardian.admit(token, at: now + .seconds(40))
                }
            }
            if count > 1 { try await eventually { download.count == count } }
            #expect(download.count == count)
        }
    }

    @Test func `does what was chosen while nobody knows`() async throws {
        let paper = IssuerOnPaper(crafted)
        let introspection = IntrospectionClient(
            IssuerDiscovery(issuer: crafted.issuer, transport: paper),
            as: IntrospectionClient.Registration(
                resource: CraftedIssuer.resource, id: ClientID(unchecked: "api"),
                authentication: .secretBasic(Secret("s"))), policy: IntrospectionPolicy(timeLimit: .seconds(30)))
        let revocations = StatedRevocations()
        let guardian = AccessGuard(crafted.validator(), introspection: introspection, revocations: revocations)
        let token = try crafted.token()
        _ = try await guardian.admit(token, at: now)

        revocations.state(.stale(.acceptUntilExpiry))
        _ = try await guardian.admit(token, at: now)
        revocations.state(.stale(.refuse))
        let refusal = await #expect(throws: AccessRefusal.self) { try await guardian.admit(token, at: now) }
        #expect(refusal?.status == 503)

        revocations.state(.stale(.introspect))
        await paper.answerIntrospection(JSONObject([("active", .bool(false))]))
        await #expect(throws: AccessRefusal.invalidToken(.inactive)) { try await guardian.admit(token, at: now) }
        await paper.answerIntrospection(CraftedIssuer.claims([("active", .bool(true))]))
        let answer = try await guardian.admit(token, at: now + .seconds(2))
        #expect(answer.proof == .introspection)
        let alone = AccessGuard(crafted.validator(), revocations: revocations)
        let unknown = await #expect(throws: AccessRefusal.self) { try await alone.admit(token, at: now) }
        #expect(unknown?.status == 503)
    }

    @Test func `notes which keys sign and how the clocks differ`() async throws {
        let next = try SigningKey.generate(.ES256)
        let keys = FixedKeys(JWKSet(keys: crafted.keySet.keys + [next.privateJWK.publicKey]))
        let guardian = AccessGuard(crafted.validator(keys))
        #expect(guardian.observations.keys.isEmpty && guardian.observations.leastAge == nil)
        let first = try crafted.token()
        for _ in 0..<3 { _ = try await guardian.admit(first, at: now + .seconds(9)) }
        _ = try await guardian.admit(crafted.token(key: next), at: now + .seconds(20))
        _ = try await guardian.admit(crafted.token([("jti", .string("t2"))]), at: now + .seconds(30))
        var seen = guardian.observations
        #expect(seen.keys.map(\.keyID) == [next.id, crafted.key.id] && seen.keys.map(\.tokens) == [1, 2])
        #expect(seen.keys.last?.firstSeen == now + .seconds(9) && seen.keys.last?.lastSeen == now + .seconds(30))
        #expect(seen.leastAge == .seconds(9) && seen.toleratedTokens == 0)
        // The issuer's clock is ahead, within the tolerance.
        _ = try await guardian.admit(crafted.token([("jti", .string("t3"))]), at: now - .seconds(5))
        seen = guardian.observations
        #expect(seen.leastAge == .seconds(-5) && seen.toleratedTokens == 1)
        _ = try? await guardian.admit(crafted.token(key: try SigningKey.generate(.ES256)), at: now)
        #expect(guardian.observations.keys.count == 2)
    }

    @Test func `notes no more keys than it can keep`() async throws {
        let all = try (0..<40).map { _ in try SigningKey.generate(.ES256) }
        let keys = FixedKeys(JWKSet(keys: all.map(\.privateJWK.publicKey)))
        let guardian = AccessGuard(crafted.validator(keys))
        for key in all { _ = try await guardian.admit(crafted.token(key: key), at: now) }
        #expect(guardian.observations.keys.count == TokenObservations.maximumKeys)
        #expect(guardian.observations.keys.last?.keyID == all.last?.id)
    }
}
