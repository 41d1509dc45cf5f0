import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

@Suite struct `The quota of a key that is rerolled` {
    private static let start = KeyHolders.start

    /// A key of bob's with three uses a minute.
    private static func metered(_ holders: KeyHolders) async throws -> NewAPIKey {
        var draft = KeyHolders.draft()
        (draft.quotaUses, draft.quotaPeriod) = (3, 60)
        return try await holders.key(draft)
    }

    private static func rerolled(_ old: NewAPIKey, _ holders: KeyHolders) async throws -> NewAPIKey {
        try await holders.administration.rerollKey(old.stored.id, overlap: 3600, by: .root, at: start)
    }

    @Test func `is not had again, however often its owner replaces the key`() async throws {
        var policy = ServerPolicy()
        policy.apiKeys.overlap = 0
        let holders = try await KeyHolders(policy: policy)
        let area = try await holders.people.account(of: try await holders.people.signedIn("bob").browser)
        var key = try await Self.metered(holders)
        for _ in 0..<3 { #expect(try await holders.isActive(key.secret)) }
        for _ in 0..<3 {
            let outcome = try await area.rerollKey(
                key.stored.id, password: Secret(People.password), at: Self.start)
            guard case .made(let new) = outcome else {
                Issue.record("not replaced: \(outcome)")
                return
            }
            key = new
            #expect(try await !holders.isActive(key.secret))
            let refusal = try await holders.refusal(key.secret)
            #expect(refusal == .apiKeyRefused(.quotaUsed, key.stored.id, retryAfter: 20))
        }
        #expect(try await holders.isActive(key.secret, at: Self.start + .seconds(20)))
        #expect(try await !holders.isActive(key.secret, at: Self.start + .seconds(20)))
    }

    @Test func `is one for all that are good beside each other`() async throws {
        let holders = try await KeyHolders()
        let first = try await Self.metered(holders)
        #expect(try await holders.isActive(first.secret))
        let second = try await Self.rerolled(first, holders)
        #expect(try await holders.isActive(second.secret))
        let third = try await Self.rerolled(second, holders)
        _ = try await holders.exchange(first.secret)
        for key in [first, second, third] {
            #expect(try await !holders.isActive(key.secret))
            #expect(try await holders.refusal(key.secret)?.retryAfter == 20)
        }
        #expect(try await holders.isActive(third.secret, at: Self.start + .seconds(20)))
        #expect(try await !holders.isActive(first.secret, at: Self.start + .seconds(20)))
    }

    @Test func `is one after a restart, too`() async throws {
        let holders = try await KeyHolders()
        let first = try await Self.metered(holders)
        let second = try await Self.rerolled(first, holders)
        let third = try await Self.rerolled(second, holders)
        let provider = try await OpenIDProvider.open(
            issuer: try #require(Issuer("https://id.example")), policy: ServerPolicy(), store: holders.people.store,
            sealer: try #require(Issuance.sealer), secrets: .system, fetcher: CountingFetcher(), at: Self.start)
        func isActive(_ key: NewAPIKey) async throws -> Bool {
            let form = try Issuance.form("token=\(key.secret.revealedValue)")
            let answer = try await provider.introspect(
                PresentedToken(form), from: Issuance.basic("orders"), caller: Issuance.caller, at: Self.start)
            return try JSONObject(parsing: answer.response.json).bool("active") == true
        }
        for key in [first, second, third] { #expect(try await isActive(key)) }
        for key in [first, second, third] { #expect(try await !isActive(key)) }
    }
}
