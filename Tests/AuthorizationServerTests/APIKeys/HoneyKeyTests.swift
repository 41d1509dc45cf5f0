import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageSQLite
import StorageTesting
import Testing

/// Honey keys at endpoints where no key is ever good.
@Suite struct `A honey key` {
    private static let start = KeyHolders.start

    /// Where a key may be shown that is not looked at as one.
    enum Place: CaseIterable {
        case userInfo, revocation, foreignRevocation, introspectionByClient, introspectionByStranger
        case exchangeByStranger, exchangeWithoutGrantType

        /// As the audit log names the endpoint.
        var endpoint: String {
            switch self {
            case .userInfo: "userinfo"
            case .revocation, .foreignRevocation: "revocation"
            case .introspectionByClient, .introspectionByStranger: "introspection"
            case .exchangeByStranger, .exchangeWithoutGrantType: "token"
            }
        }
    }

    /// What the place answers, in a word; it says nothing of the key.
    private static func show(_ key: Secret, at place: Place, _ holders: KeyHolders) async throws -> String {
        let (provider, caller) = (holders.provider, Issuance.caller)
        let stranger = try Issuance.basic("svc", Secret("tsc_wrong"))
        let presented = try PresentedToken(Issuance.form("token=\(key.revealedValue)"))
        do {
            switch place {
            case .userInfo:
                _ = try await provider.userInfo(key, caller: caller, at: start)
            case .revocation:
                return try await provider.revoke(
                    presented, from: Issuance.basic("svc"), caller: caller, at: start
                ).facts.decision
            case .foreignRevocation:
                _ = try await provider.revoke(presented, from: stranger, caller: caller, at: start)
            case .introspectionByClient:
                return try await provider.introspect(
                    presented, from: Issuance.basic("svc"), caller: caller, at: start
                ).facts.decision
            case .introspectionByStranger:
                _ = try await provider.introspect(presented, from: stranger, caller: caller, at: start)
            case .exchangeByStranger:
                _ = try await provider.token(
                    .tokenExchange(TokenExchangeParameters(subjectToken: key)), from: stranger, caller: caller,
                    at: start)
            case .exchangeWithoutGrantType:
                _ = try await provider.token(
                    .tokenExchange(TokenExchangeParameters(subjectToken: key)),
                    from: ClientCredentials(authorization: nil, form: Issuance.form("client_id=shop")),
                    caller: caller, at: start)
            }
            return "accepted"
        } catch let rejection as Rejection { return rejection.reason }
    }

    @Test(arguments: Place.allCases)
    func `alarms wherever it is shown, once, and the answer is that to every other key`(place: Place) async throws {
        let holders = try await KeyHolders()
        let honey = try await holders.honey()
        let answer = try await Self.show(honey.secret, at: place, holders)
        #expect(holders.provider.alarmCounts == [.honeyKeyUsed: 1])
        let events = try await holders.people.events("api_key.honey_used")
        #expect(events.map(\.count) == [1] && events.map(\.target) == ["api_key:\(honey.stored.id)"])
        #expect(events.map(\.detail) == ["api_key_honey: \(place.endpoint)"])
        #expect(events.map(\.address) == ["192.0.2.1"])
        // Neither an ordinary key nor an invented one says more, nor alarms anybody.
        let ordinary = try await holders.key()
        let (unknown, damaged) = (APIKeyText.make(from: .system).secret, Secret(honey.secret.revealedValue + "A"))
        for other in [ordinary.secret, unknown, damaged] {
            #expect(try await Self.show(other, at: place, holders) == answer)
        }
        #expect(holders.provider.alarmCounts == [.honeyKeyUsed: 1])
    }

    /// Whoever floods the audit log with refusals of all kinds hides an alarm in them otherwise.
    @Test func `is named in the audit log also among more refusals than fit in memory`() async throws {
        let holders = try await KeyHolders()
        let honey = try await holders.honey()
        for number in 0..<5000 {
            holders.provider.recordRefusal(
                of: "token", reason: "client_unknown", client: nil,
                caller: Caller(address: "10.\(number / 256).\(number % 256).1", requestID: "r\(number)"), at: Self.start
            )
        }
        for _ in 0..<2 { _ = try await Self.show(honey.secret, at: .userInfo, holders) }
        let events = try await holders.people.events("api_key.honey_used")
        #expect(events.map(\.count) == [2] && events.map(\.target) == ["api_key:\(honey.stored.id)"])
    }

    @Test(arguments: Place.allCases)
    func `alarms while the store is away, which then hears of it`(place: Place) async throws {
        var policy = ServerPolicy()
        policy.apiKeys.alarms.mail = LoginName("security@mail.example")
        let holders = try await KeyHolders(policy: policy)
        let (honey, ordinary) = (try await holders.honey(), try await holders.key())
        func answer(to key: Secret) async -> String {
            do { return try await Self.show(key, at: place, holders) } catch { return "\(error)" }
        }
        await holders.people.store.fail(with: .busy)
        let usual = await answer(to: ordinary.secret)
        #expect(await answer(to: APIKeyText.make(from: .system).secret) == usual)
        #expect(holders.provider.alarmCounts.isEmpty)
        #expect(await answer(to: honey.secret) == usual)
        #expect(holders.provider.alarmCounts == [.honeyKeyUsed: 1])
        #expect(await !holders.provider.deliverAlarms(at: Self.start).isEmpty)
        #expect(await !holders.provider.flush(at: Self.start).isEmpty)
        await holders.people.store.fail(with: nil)
        #expect(await holders.provider.deliverAlarms(at: Self.start).isEmpty)
        _ = await holders.provider.deliverMail(at: Self.start)
        let recipients = holders.people.mailbox.mails.map(\.recipient.rawValue)
        #expect(recipients.count { $0 == "security@mail.example" } == 1)
        let events = try await holders.people.events("api_key.honey_used")
        #expect(events.map(\.target) == ["api_key:\(honey.stored.id)"] && events.map(\.address) == ["192.0.2.1"])
        #expect(events.map(\.detail) == ["api_key_honey: \(place.endpoint)"])
    }

    @Test func `alarms where other keys are good and the store is away`() async throws {
        let holders = try await KeyHolders()
        let (honey, ordinary) = (try await holders.honey(), try await holders.key())
        // So that the caller is known without the store.
        #expect(try await holders.isActive(ordinary.secret))
        await holders.people.store.fail(with: .busy)
        for key in [ordinary.secret, honey.secret] {
            await #expect(throws: StoreError.busy) { try await holders.isActive(key) }
            await #expect(throws: StoreError.busy) { try await holders.exchange(key) }
        }
        #expect(holders.provider.alarmCounts == [.honeyKeyUsed: 2])
    }

    @Test(arguments: KindOfStore.allCases)
    func `that was there at the start, or that another hand made later, alarms without the store too`(
        kind: KindOfStore
    ) async throws {
        try await kind.run { store async throws in
            func bait(_ id: String) async throws -> Secret {
                let secret = APIKeyText.make(from: .system).secret
                let key = APIKey(
                    id: GrantID(unchecked: id), hash: TokenHash(of: secret), owner: .nobody, name: "Bait",
                    resourceScopes: [:], createdAt: Self.start, expiresAt: nil)
                #expect(try await store.insert(key, most: 9, with: Effects([])) == .done)
                return secret
            }
            let first = try await bait("k1")
            let provider = try await OpenIDProvider.open(
                issuer: try #require(Issuer("https://id.example")), policy: ServerPolicy(), store: store,
                sealer: try #require(Issuance.sealer), secrets: .system, fetcher: CountingFetcher(), at: Self.start)
            let second = try await bait("k2")
            _ = await provider.upkeep(at: Self.start)
            if let memory = store as? InMemoryStore { await memory.close() }
            if let sqlite = store as? SQLiteStore { await sqlite.close() }
            for key in [first, second] {
                _ = try? await provider.userInfo(key, caller: Issuance.caller, at: Self.start)
            }
            #expect(provider.alarmCounts == [.honeyKeyUsed: 2])
        }
    }

    @Test func `has its mail from there too`() async throws {
        var policy = ServerPolicy()
        policy.apiKeys.alarms.mail = LoginName("security@mail.example")
        let holders = try await KeyHolders(policy: policy)
        _ = try await Self.show(try await holders.honey().secret, at: .userInfo, holders)
        #expect(await holders.provider.deliverAlarms(at: Self.start).isEmpty)
        _ = await holders.provider.deliverMail(at: Self.start)
        #expect(holders.people.mailbox.mails.map(\.recipient.rawValue) == ["security@mail.example"])
    }
}
