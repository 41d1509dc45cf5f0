import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

@Suite struct `An alarm` {
    private static let start = KeyHolders.start
    private static let webhook = "https://alarms.example/in"

    private static func holders() async throws -> KeyHolders {
        var policy = ServerPolicy()
        policy.apiKeys.alarms.mail = LoginName("security@mail.example")
        policy.apiKeys.alarms.webhook = webhook
        return try await KeyHolders(policy: policy)
    }

    private static func told(_ holders: KeyHolders) throws -> [JSONObject] {
        try holders.people.clients.posts.filter { $0.url == webhook }.map { post in
            let jwt = try UnverifiedJWT(try #require(try FormParameters(post.form)["alarm"]))
            #expect(jwt.header.type == "tessera-alarm+jwt")
            let key = try #require(
                holders.provider.keyRing.snapshot.signing.first { $0.record.id.rawValue == jwt.header.keyID })
            return try jwt.verified(by: key.verificationKey, type: .exactly("tessera-alarm+jwt")).claims
        }
    }

    @Test func `is raised by each use of a honey key, which grants nothing`() async throws {
        let holders = try await Self.holders()
        let honey = try await holders.honey()
        #expect(try await !holders.isActive(honey.secret))
        #expect(try await !holders.isActive(honey.secret, by: "payments"))
        #expect(
            try await holders.refusal(honey.secret) == .apiKeyRefused(.honey, honey.stored.id, retryAfter: nil))
        #expect(holders.provider.alarmCounts == [.honeyKeyUsed: 3])
        let events = try await holders.people.events("api_key.honey_used")
        #expect(events.reduce(0) { $0 + $1.count } == 3)
        #expect(events.allSatisfy { $0.target == "api_key:\(honey.stored.id)" && $0.outcome == .refusal })
        #expect(await holders.provider.deliverAlarms(at: Self.start).isEmpty)
        _ = await holders.provider.deliverMail(at: Self.start)
        // A thief who tries often fills no mailbox: the log counts.
        #expect(holders.people.mailbox.mails.map(\.recipient.rawValue) == ["security@mail.example"])
        let alarms = try Self.told(holders)
        #expect(alarms.count == 1 && alarms[0].string("alarm") == "honey_key_used")
        #expect(alarms[0].string("key") == honey.stored.id.rawValue && alarms[0].string("aud") == Self.webhook)
        #expect(alarms[0].string("iss") == "https://id.example" && alarms[0].string("address") == "192.0.2.1")
        _ = await holders.provider.deliverAlarms(at: Self.start + .seconds(1))
        #expect(try Self.told(holders).count == 1)
        _ = try await holders.isActive(honey.secret, at: Self.start + .seconds(3600))
        _ = await holders.provider.deliverAlarms(at: Self.start + .seconds(3600))
        #expect(try Self.told(holders).count == 2)
    }

    @Test func `is told again until somebody takes it, and given up after a day`() async throws {
        let holders = try await Self.holders()
        let honey = try await holders.honey()
        holders.people.clients.answer(500)
        _ = try await holders.isActive(honey.secret)
        for second in stride(from: Int64(0), through: 86_400, by: 60) {
            _ = await holders.provider.deliverAlarms(at: Self.start + .seconds(second))
        }
        let attempts = try Self.told(holders)
        #expect(attempts.count > 100)
        #expect(Set(attempts.map { $0.string("jti") }).count == 1, "seen to be one")
        #expect(try await holders.people.events("alarm.failed").count == 1)
        #expect(try await holders.people.store.dueAlarms(at: Self.start + .seconds(86_399), limit: 9).isEmpty)
    }

    @Test func `is raised by a reported key, which ends with all that was had for it`() async throws {
        let holders = try await Self.holders()
        let key = try await holders.key()
        let token = try await holders.exchange(key.secret).accessToken
        _ = await holders.provider.deliverMail(at: Self.start)
        #expect(holders.provider.reportLeak(of: key.secret, caller: Issuance.caller, at: Self.start) == nil)
        _ = await holders.provider.deliverAlarms(at: Self.start)
        #expect(try await !holders.isActive(key.secret))
        #expect(try await !holders.isActive(token))
        #expect(try await holders.people.store.apiKey(key.stored.id)?.state(at: Self.start) == .quarantined)
        #expect(try await holders.people.events("api_key.quarantined").map(\.actor) == ["anonymous"])
        _ = await holders.provider.deliverMail(at: Self.start)
        let recipients = holders.people.mailbox.mails.map(\.recipient.rawValue)
        #expect(recipients.sorted() == ["bob@mail.example", "bob@mail.example", "security@mail.example"])
        #expect(try Self.told(holders).map { $0.string("alarm") } == ["api_key_leaked"])
        // Again, and it is no news.
        #expect(holders.provider.reportLeak(of: key.secret, caller: Issuance.caller, at: Self.start) == nil)
        _ = await holders.provider.deliverAlarms(at: Self.start)
        #expect(try Self.told(holders).count == 1)
        // Its owner replaces it.
        let new = try await holders.administration.rerollKey(key.stored.id, overlap: 60, by: .root, at: Self.start)
        #expect(try await holders.isActive(new.secret))
        #expect(try await !holders.isActive(key.secret))
    }

    @Test func `is not raised by what is no key, and nobody reports without end`() async throws {
        let holders = try await Self.holders()
        let unknown = APIKeyText.make(from: .system).secret
        var taken = 0
        for _ in 0..<100 where holders.provider.reportLeak(of: unknown, caller: Issuance.caller, at: Self.start) == nil
        {
            taken += 1
        }
        #expect(taken == 20)
        let other = Caller(address: "198.51.100.1", requestID: "r2")
        #expect(holders.provider.reportLeak(of: Secret("tsk_nonsense"), caller: other, at: Self.start) == nil)
        #expect(await holders.provider.deliverAlarms(at: Self.start).isEmpty)
        #expect(holders.provider.alarmCounts.isEmpty)
    }

    @Test func `by an administrator says whether there was such a key`() async throws {
        let holders = try await Self.holders()
        let key = try await holders.key()
        let administration = holders.administration
        #expect(try await administration.reportKey(key.secret, by: .root, at: Self.start))
        #expect(try await !holders.isActive(key.secret))
        #expect(
            try await !administration.reportKey(APIKeyText.make(from: .system).secret, by: .root, at: Self.start))
        let honey = try await holders.honey()
        #expect(try await administration.reportKey(honey.secret, by: .root, at: Self.start))
        // It goes on to catch.
        #expect(try await holders.people.store.apiKey(honey.stored.id)?.endedAt == nil)
    }
}
