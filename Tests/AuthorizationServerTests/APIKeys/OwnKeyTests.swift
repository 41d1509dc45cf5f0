import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

@Suite struct `A person's own API keys` {
    private static let start = KeyHolders.start
    private static let password = Secret(People.password)

    private static func area(_ holders: KeyHolders) async throws -> AccountArea {
        try await holders.people.account(of: try await holders.people.signedIn("bob").browser)
    }

    private static func made(_ outcome: APIKeyOutcome) throws -> NewAPIKey {
        guard case .made(let new) = outcome else { throw NotMade(outcome: "\(outcome)") }
        return new
    }
    private struct NotMade: Error { let outcome: String }

    @Test func `are made with the password, and told by mail`() async throws {
        let holders = try await KeyHolders()
        let area = try await Self.area(holders)
        let wrong = try await area.createKey(KeyHolders.draft(), password: Secret("not it at all"), at: Self.start)
        guard case .refused(.wrongPassword) = wrong else {
            Issue.record("made without the password")
            return
        }
        #expect(try await area.apiKeys(at: Self.start).isEmpty)
        #expect(try await holders.people.events("account.api_key.refused").count == 1)
        let key = try Self.made(
            try await area.createKey(KeyHolders.draft(), password: Self.password, at: Self.start))
        #expect(try await holders.isActive(key.secret))
        #expect(try await area.apiKeys(at: Self.start).map(\.id) == [key.stored.id])
        _ = await holders.provider.deliverMail(at: Self.start)
        #expect(holders.people.mailbox.mails.map(\.recipient.rawValue) == ["bob@mail.example"])
        #expect(holders.people.mailbox.mails.first?.text.contains("tsk_") == false)
        #expect(try await area.activity().map(\.kind).contains(.keyCreated))
    }

    @Test func `are among the data that the person can take along, without what opens anything`() async throws {
        let holders = try await KeyHolders()
        let area = try await Self.area(holders)
        let key = try Self.made(
            try await area.createKey(KeyHolders.draft(), password: Self.password, at: Self.start))
        _ = try await holders.key(forClient: true)
        #expect(try await holders.isActive(key.secret))
        let later = Self.start + .seconds(60)
        try await holders.administration.endKey(key.stored.id, by: .root, at: later)
        let bytes = try await area.data(at: later)
        let exported = try #require(try JSONObject(parsing: bytes)["api_keys"]?.array)
        let told = try #require(exported.first?.object)
        #expect(exported.count == 1 && told.string("id") == key.stored.id.rawValue && told.string("name") == "Build")
        #expect(told.object("resources")?.string(Issuance.jwtAPI.rawValue) == "read write")
        #expect(told.string("created_at") == Self.start.utcText && told.string("last_used_at") == Self.start.utcText)
        #expect(told.string("expires_at") == key.stored.expiresAt?.utcText)
        #expect(told.string("state") == "ended" && told.string("ended_at") == later.utcText)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!text.contains("tsk_") && !text.contains(key.secret.revealedValue.dropFirst(4)))
        #expect(!text.contains(Base64URL.encode(key.stored.hash.bytes)))
    }

    @Test func `are for what is described to people, and nothing else`() async throws {
        let holders = try await KeyHolders()
        let area = try await Self.area(holders)
        #expect(try await area.keyResources().map(\.scopes) == [["read", "write"]])
        for draft in [
            KeyHolders.draft(scope: "read refund"), KeyHolders.draft(scope: "read", at: Issuance.opaqueAPI),
            KeyHolders.draft(scope: "tessera:admin:write", at: holders.provider.administrationResource),
        ] {
            let outcome = try await area.createKey(draft, password: Self.password, at: Self.start)
            guard case .refused(.invalid) = outcome else {
                Issue.record("made \(draft)")
                return
            }
        }
    }

    @Test func `are as many as may be`() async throws {
        var policy = ServerPolicy()
        policy.apiKeys.perOwner = 2
        let holders = try await KeyHolders(policy: policy)
        let area = try await Self.area(holders)
        for _ in 0..<2 {
            _ = try Self.made(try await area.createKey(KeyHolders.draft(), password: Self.password, at: Self.start))
        }
        let outcome = try await area.createKey(KeyHolders.draft(), password: Self.password, at: Self.start)
        guard case .full = outcome else {
            Issue.record("made a third one")
            return
        }
    }

    @Test func `are replaced and ended by their owner, and by nobody else`() async throws {
        let holders = try await KeyHolders()
        try await holders.people.person("eve")
        let eve = try await holders.people.account(of: try await holders.people.signedIn("eve").browser)
        let bob = try await Self.area(holders)
        let key = try Self.made(
            try await bob.createKey(KeyHolders.draft(), password: Self.password, at: Self.start))
        let stolen = try await eve.rerollKey(key.stored.id, password: Self.password, at: Self.start)
        guard case .refused(.gone) = stolen, case .gone = try await eve.endKey(key.stored.id, at: Self.start) else {
            Issue.record("took somebody else's key")
            return
        }
        let wrong = try await bob.rerollKey(key.stored.id, password: Secret("not it at all"), at: Self.start)
        guard case .refused(.wrongPassword) = wrong else {
            Issue.record("replaced without the password")
            return
        }
        let new = try Self.made(try await bob.rerollKey(key.stored.id, password: Self.password, at: Self.start))
        #expect(try await holders.isActive(key.secret))
        #expect(try await holders.isActive(new.secret))
        #expect(try await bob.endKey(new.stored.id, at: Self.start).isDone)
        #expect(try await !holders.isActive(new.secret))
    }

    @Test func `are not made where that is turned off`() async throws {
        var policy = ServerPolicy()
        policy.apiKeys.isForPeople = false
        let holders = try await KeyHolders(policy: policy)
        let area = try await Self.area(holders)
        #expect(!area.hasKeys)
        let outcome = try await area.createKey(KeyHolders.draft(), password: Self.password, at: Self.start)
        guard case .refused(.gone) = outcome else {
            Issue.record("made one")
            return
        }
    }
}
