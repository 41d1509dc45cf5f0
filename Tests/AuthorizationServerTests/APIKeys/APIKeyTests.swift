import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

@Suite struct `An API key` {
    private static let start = KeyHolders.start

    @Test func `is told of like a token, to the resource that it is for`() async throws {
        let holders = try await KeyHolders()
        let key = try await holders.key()
        let json = try await holders.introspect(key.secret)
        #expect(json.bool("active") == true && json.string("token_type") == "api_key")
        #expect(json.string("scope") == "read write" && json.string("sub") == holders.bob.id.rawValue)
        #expect(json.string("aud") == Issuance.jwtAPI.rawValue && json.string("iss") == "https://id.example")
        #expect(json.integer("exp") == Self.start.secondsSince1970 + 90 * 86_400)
        #expect(json.string("jti") == key.stored.id.rawValue && json["client_id"] == nil)
        let program = try await holders.introspect(try await holders.key(forClient: true).secret)
        #expect(program.string("client_id") == "svc" && program.string("sub") == "svc")
        #expect(try await !holders.isActive(key.secret, by: "payments"))
        #expect(try await !holders.isActive(key.secret, by: "svc"))
    }

    @Test func `has 256 bits and a checksum, and only its hash is stored`() async throws {
        let holders = try await KeyHolders()
        let key = try await holders.key()
        #expect(APIKeyText(key.secret) != nil)
        #expect(key.stored.hash == TokenHash(of: key.secret))
        for event in try await holders.people.events("api_key.created") {
            #expect(!event.detail.contains(key.secret.revealedValue) && !event.target.contains("tsk_"))
        }
    }

    @Test func `that is not one of ours is inactive, and what cannot be one never reaches the store`() async throws {
        let holders = try await KeyHolders()
        let text = try await holders.key().secret.revealedValue
        for guess in [text + "A", String(text.dropLast()), text.uppercased(), "tsk_", "tsk_" + text] {
            #expect(try await !holders.isActive(Secret(guess)))
        }
        #expect(try await !holders.isActive(APIKeyText.make(from: .system).secret))
        // A closed store answers nobody: what is refused before it is asked still gets its answer.
        await holders.people.store.close()
        #expect(try await !holders.isActive(Secret(text + "A")))
        await #expect(throws: StoreError.closed) { try await holders.isActive(Secret(text)) }
    }

    @Test func `dies in the second that it expires, and when it is ended`() async throws {
        let holders = try await KeyHolders()
        var draft = KeyHolders.draft()
        draft.lifetime = 60
        let short = try await holders.key(draft)
        #expect(try await holders.isActive(short.secret, at: Self.start + .seconds(59)))
        #expect(try await !holders.isActive(short.secret, at: Self.start + .seconds(60)))
        let key = try await holders.key()
        try await holders.administration.endKey(key.stored.id, by: .root, at: Self.start)
        #expect(try await !holders.isActive(key.secret))
        #expect(try await holders.people.events("api_key.ended").count == 1)
    }

    @Test func `ends with its owner and never comes back, but not with a session or a password`() async throws {
        let holders = try await KeyHolders()
        let administration = holders.administration
        let key = try await holders.key()
        try await administration.endSessions(of: holders.bob.id, by: .root, at: Self.start)
        try await administration.setPassword(
            Secret("seven umbrellas against the window"), of: holders.bob.id, by: .root, at: Self.start)
        #expect(try await holders.isActive(key.secret))
        let token = try await holders.exchange(key.secret).accessToken
        #expect(try await holders.isActive(token))
        _ = try await administration.lockDown(holders.bob.id, by: .root, at: Self.start)
        #expect(try await !holders.isActive(key.secret))
        #expect(try await !holders.isActive(token))
        _ = try await administration.release(holders.bob.id, by: .root, at: Self.start)
        #expect(try await !holders.isActive(key.secret))
        #expect(try await !holders.isActive(token))
    }

    @Test func `is worth no more than its client and its resource allow today`() async throws {
        let holders = try await KeyHolders()
        let key = try await holders.key(forClient: true)
        let svc = ClientID(unchecked: "svc")
        _ = try await holders.administration.permit(
            svc, PermissionDraft(resource: Issuance.jwtAPI.rawValue, scope: "read"), by: .root, at: Self.start)
        #expect(try await holders.introspect(key.secret).string("scope") == "read")
        #expect(try await holders.refusal(key.secret, scope: "write") == .keyScopeTooWide(key.stored.id))
        let orders = ClientID(unchecked: "orders")
        _ = try await holders.administration.updateResource(
            orders, with: ResourceChange(isEnabled: false), by: .root, at: Self.start)
        #expect(
            try await holders.refusal(key.secret)
                == .apiKeyRefused(.permissionEnded, key.stored.id, retryAfter: nil))
        _ = try await holders.administration.updateResource(
            orders, with: ResourceChange(isEnabled: true), by: .root, at: Self.start)
        #expect(try await holders.isActive(key.secret))
        _ = try await holders.administration.updateClient(
            svc, with: ClientChange(isEnabled: false), by: .root, at: Self.start)
        _ = try await holders.administration.updateClient(
            svc, with: ClientChange(isEnabled: true), by: .root, at: Self.start)
        #expect(try await !holders.isActive(key.secret))
    }

    @Test(arguments: [
        ("192.0.2.7", true), ("192.0.3.7", false), ("2001:db8::1", true), ("2001:db9::1", false),
        ("::ffff:192.0.2.7", true), ("192.0.2.7,10.0.0.1", false), ("", false), ("192.0.2.07", false),
    ])
    func `bound to networks is accepted from these alone`(address: String, isAccepted: Bool) async throws {
        let holders = try await KeyHolders()
        var draft = KeyHolders.draft()
        draft.networks = ["192.0.2.0/24", "2001:db8::/32"]
        let key = try await holders.key(draft)
        #expect(try await holders.isActive(key.secret, from: address) == isAccepted)
        #expect(try await !holders.isActive(key.secret), "not known where from")
        let caller = Caller(address: address, requestID: "r1")
        #expect(try await (holders.refusal(key.secret, caller: caller) == nil) == isAccepted)
        // Of a proxy that does not tell for whom it asks, it is nobody's.
        let proxy = Caller(address: address, isProxy: true, requestID: "r1")
        #expect(
            try await holders.refusal(key.secret, caller: proxy)
                == .apiKeyRefused(.networkWrong, key.stored.id, retryAfter: nil))
    }

    @Test func `has its quota and no more, and gets it back with time`() async throws {
        let holders = try await KeyHolders()
        var draft = KeyHolders.draft()
        (draft.quotaUses, draft.quotaPeriod) = (3, 60)
        let key = try await holders.key(draft)
        for _ in 0..<2 { #expect(try await holders.isActive(key.secret)) }
        _ = try await holders.exchange(key.secret)
        #expect(try await !holders.isActive(key.secret))
        let refusal = try await holders.refusal(key.secret)
        #expect(refusal == .apiKeyRefused(.quotaUsed, key.stored.id, retryAfter: 20))
        #expect(refusal?.oauthError.code == .temporarilyUnavailable && refusal?.retryAfter == 20)
        #expect(try await !holders.isActive(key.secret, at: Self.start + .seconds(19)))
        #expect(try await holders.isActive(key.secret, at: Self.start + .seconds(20)))
        #expect(try await !holders.isActive(key.secret, at: Self.start + .seconds(20)))
        #expect(try await holders.isActive(try await holders.key().secret))
    }

    @Test func `with a quota says so, so that nobody believes one answer for many requests`() async throws {
        let holders = try await KeyHolders()
        var draft = KeyHolders.draft()
        draft.quotaUses = 3
        let (metered, plain) = (try await holders.key(draft), try await holders.key())
        #expect(try await holders.introspect(metered.secret).bool("tessera_metered") == true)
        #expect(try await holders.introspect(metered.secret, isStanding: true).bool("tessera_metered") == true)
        #expect(try await holders.introspect(plain.secret)["tessera_metered"] == nil)
        let token = try await holders.exchange(metered.secret).accessToken
        #expect(try await holders.introspect(token)["tessera_metered"] == nil)
    }

    @Test func `is not used up by what only goes on, and ends that all the same when it ends`() async throws {
        let holders = try await KeyHolders()
        var draft = KeyHolders.draft()
        (draft.quotaUses, draft.quotaPeriod, draft.lifetime) = (1, 3600, 600)
        let key = try await holders.key(draft)
        for _ in 0..<5 { #expect(try await holders.isActive(key.secret, isStanding: true)) }
        #expect(try await holders.isActive(key.secret))
        #expect(try await !holders.isActive(key.secret))
        #expect(try await holders.isActive(key.secret, isStanding: true), "a used-up quota ends nothing")
        let told = try await holders.introspect(key.secret, isStanding: true)
        #expect(told.string("scope") == "read write" && told.string("jti") == key.stored.id.rawValue)
        #expect(try await !holders.isActive(key.secret, by: "payments", isStanding: true))
        let end = Self.start + .seconds(600)
        #expect(try await !holders.isActive(key.secret, isStanding: true, at: end))
        try await holders.administration.endKey(key.stored.id, by: .root, at: Self.start)
        #expect(try await !holders.isActive(key.secret, isStanding: true))
    }

    @Test func `remembers when it was last used, to the minute`() async throws {
        let holders = try await KeyHolders()
        let key = try await holders.key()
        for (second, expected) in [(0, 0), (59, 0), (60, 60)] as [(Int64, Int64)] {
            _ = try await holders.isActive(key.secret, at: Self.start + .seconds(second))
            let stored = try #require(try await holders.people.store.apiKey(key.stored.id))
            #expect(stored.lastUsedAt == Self.start + .seconds(expected))
        }
    }

    @Test func `may be good in exchange only`() async throws {
        let holders = try await KeyHolders()
        var draft = KeyHolders.draft()
        draft.isDirect = false
        let key = try await holders.key(draft)
        #expect(try await !holders.isActive(key.secret))
        #expect(try await holders.isActive(try await holders.exchange(key.secret).accessToken))
        var policy = ServerPolicy()
        policy.apiKeys.allowsDirectUse = false
        let strict = try await KeyHolders(policy: policy)
        let other = try await strict.key()
        #expect(try await !strict.isActive(other.secret))
        #expect(try await strict.isActive(try await strict.exchange(other.secret).accessToken))
    }

    @Test func `is rerolled once, with an overlap`() async throws {
        let holders = try await KeyHolders()
        let old = try await holders.key()
        let new = try await holders.administration.rerollKey(old.stored.id, overlap: 60, by: .root, at: Self.start)
        #expect(try await holders.isActive(old.secret, at: Self.start + .seconds(59)))
        #expect(try await !holders.isActive(old.secret, at: Self.start + .seconds(60)))
        #expect(try await holders.isActive(new.secret, at: Self.start + .seconds(60)))
        #expect(new.stored.resourceScopes == old.stored.resourceScopes && new.stored.id != old.stored.id)
        await #expect(throws: AdministrationError.self) {
            try await holders.administration.rerollKey(old.stored.id, overlap: 60, by: .root, at: Self.start)
        }
    }

    @Test func `is never for the administration, for what nobody registered, or for more than its owner may`()
        async throws
    {
        let holders = try await KeyHolders()
        let administration = holders.provider.administrationResource
        for draft in [
            KeyHolders.draft(scope: "tessera:admin:read", at: administration),
            KeyHolders.draft(at: ResourceIndicator(unchecked: "https://nowhere.example")),
            KeyHolders.draft(scope: "read all"), KeyHolders.draft(scope: ""), KeyHolders.draft(""),
            APIKeyDraft(name: "none"),
        ] {
            await #expect(throws: AdministrationError.self) { try await holders.key(draft) }
        }
        await #expect(throws: AdministrationError.self) {
            try await holders.key(KeyHolders.draft(scope: "read refund"), forClient: true)
        }
        #expect(try await holders.people.store.apiKeys(after: nil, limit: 9).isEmpty)
    }

    @Test(
        arguments: [
            { $0.lifetime = 59 }, { $0.lifetime = 365 * 86_400 + 1 }, { $0.isEndless = true },
            { $0.networks = ["10.0.0.0/33"] }, { $0.networks = ["example.com"] }, { $0.quotaUses = 0 },
            { $0.quotaUses = 1_000_001 }, { ($0.quotaUses, $0.quotaPeriod) = (1, 0) },
            { $0.networks = Array(repeating: "10.0.0.0/8", count: 17) }, { $0.name = "a\nb" },
        ] as [@Sendable (inout APIKeyDraft) -> Void])
    func `has bounds`(change: @Sendable (inout APIKeyDraft) -> Void) async throws {
        let holders = try await KeyHolders()
        var draft = KeyHolders.draft()
        change(&draft)
        await #expect(throws: AdministrationError.self) { try await holders.key(draft) }
    }

    @Test func `is made and ended by who has the right, and read by who may read`() async throws {
        let holders = try await KeyHolders()
        let key = try await holders.key()
        let administration = holders.administration
        let owner = APIKeyOwnerDraft(user: holders.bob.id.rawValue, client: nil, isHoney: false)
        #expect(try await administration.apiKey(key.stored.id, by: .reader, at: Self.start).id == key.stored.id)
        await #expect(throws: AdministrationError.rightMissing(.write)) {
            try await administration.createKey(KeyHolders.draft(), for: owner, by: .reader, at: Self.start)
        }
        await #expect(throws: AdministrationError.rightMissing(.write)) {
            try await administration.endKey(key.stored.id, by: .reader, at: Self.start)
        }
        await #expect(throws: AdministrationError.rightMissing(.write)) {
            try await administration.reportKey(key.secret, by: .reader, at: Self.start)
        }
        await #expect(throws: AdministrationError.rightMissing(.read)) {
            try await administration.apiKeys(after: nil, limit: 9, by: .nobody, at: Self.start)
        }
    }
}
