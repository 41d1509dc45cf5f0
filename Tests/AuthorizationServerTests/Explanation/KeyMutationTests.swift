import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// The same for API keys, at introspection and in exchange.
@Suite struct `The explanation of an API key with one thing broken` {
    private static let start = KeyHolders.start

    @Test func `names what is wrong with the key itself`() async throws {
        let holders = try await KeyHolders()
        let administration = holders.administration
        let good = try await holders.key()
        #expect(try await holders.isActive(good.secret))
        let text = good.secret.revealedValue
        var short = KeyHolders.draft()
        short.lifetime = 60
        let (brief, ended, leaked) = (
            try await holders.key(short), try await holders.key(), try await holders.key()
        )
        let honey = try await holders.honey()
        try await administration.endKey(ended.stored.id, by: .root, at: Self.start)
        _ = try await administration.reportKey(leaked.secret, by: .root, at: Self.start)
        let later = Self.start + .seconds(60)
        let mutations: [(Secret, NumericDate, Check, String)] = [
            (Secret(text + "A"), Self.start, .keyMalformed, ""),
            (APIKeyText.make(from: .system).secret, Self.start, .keyUnknown, ""),
            (honey.secret, Self.start, .keyHoney, "key \(honey.stored.id)"),
            (leaked.secret, Self.start, .keyLeaked, "key \(leaked.stored.id)"),
            (ended.secret, Self.start, .keyEnded, "ended at \(Self.start.secondsSince1970)"),
            (brief.secret, later, .keyExpired, "expired at \(later.secondsSince1970)"),
        ]
        for (key, now, check, found) in mutations {
            ReachedChecks.expect(
                await ReachedChecks.explanation(in: holders.provider, at: now) {
                    _ = try await holders.introspect(key, at: now)
                }, check, found: found)
            ReachedChecks.expect(
                await ReachedChecks.explanation(in: holders.provider, at: now) {
                    _ = try await holders.exchange(key, at: now)
                }, check, found: found)
        }
    }

    @Test func `names what does not fit the key`() async throws {
        let holders = try await KeyHolders()
        let provider = holders.provider
        let key = try await holders.key()
        let found = "key \(key.stored.id)"
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) {
                _ = try await holders.introspect(key.secret, by: "payments")
            }, .keyResourceWrong, found: "\(found) at https://payments.example",
            expected: "https://orders.example with read write")
        var bound = KeyHolders.draft()
        bound.networks = ["192.0.2.0/24"]
        let home = try await holders.key(bound)
        #expect(try await holders.isActive(home.secret, from: "192.0.2.9"))
        for (address, said) in [("198.51.100.7", "from 198.51.100.7"), (nil, "from an address that nobody told")] {
            ReachedChecks.expect(
                await ReachedChecks.explanation(in: provider) {
                    _ = try await holders.introspect(home.secret, from: address)
                }, .keyNetworkWrong, found: said, expected: "192.0.2.0/24")
        }
        var counted = KeyHolders.draft()
        (counted.quotaUses, counted.quotaPeriod) = (1, 60)
        let rare = try await holders.key(counted)
        #expect(try await holders.isActive(rare.secret))
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await holders.introspect(rare.secret) },
            .keyQuotaUsed, found: "key \(rare.stored.id)", expected: "60 s")
        var indirect = KeyHolders.draft()
        indirect.isDirect = false
        let exchanged = try await holders.key(indirect)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await holders.introspect(exchanged.secret) },
            .keyDirectUseForbidden, found: "key \(exchanged.stored.id)")
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) {
                _ = try await holders.exchange(key.secret, scope: "refund")
            }, .keyScopeTooWide, found: "\(found), scope refund", expected: "read write")
        let both = APIKeyDraft(
            name: "Both",
            permissions: [Issuance.jwtAPI, Issuance.opaqueAPI].map {
                PermissionDraft(resource: $0.rawValue, scope: "read")
            })
        let wide = try await holders.key(both)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await holders.exchange(wide.secret) },
            .keyResourceNotNamed, found: "no resource", expected: "https://orders.example, https://payments.example")
    }

    @Test func `names what has ended behind the key`() async throws {
        let holders = try await KeyHolders()
        let key = try await holders.key()
        let orders = ClientID(unchecked: "orders")
        func disable(_ isEnabled: Bool) async throws {
            _ = try await holders.administration.updateResource(
                orders, with: ResourceChange(isEnabled: isEnabled), by: .root, at: Self.start)
        }
        try await disable(false)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: holders.provider) { _ = try await holders.exchange(key.secret) },
            .keyPermissionEnded, found: "at https://orders.example")
        try await disable(true)
        #expect(try await holders.isActive(key.secret))
        var bob = try #require(try await holders.people.store.user(holders.bob.id))
        bob.isEnabled = false
        _ = try await holders.people.store.update(bob, ending: nil, at: Self.start, with: Effects([]))
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: holders.provider) { _ = try await holders.introspect(key.secret) },
            .keyOwnerEnded, found: "key \(key.stored.id)")
    }
}
