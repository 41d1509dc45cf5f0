import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What ``APIKeyStore`` promises, and what the other stores promise about keys.
@Suite(.timeLimit(.minutes(5))) struct APIKeyPromises {
    private let person = APIKeyOwner.person(Subject(unchecked: "u1"))

    private func key(
        _ id: String, of owner: APIKeyOwner? = nil, lifetime: Int64? = 3600, resource: String = "https://api.example",
        at date: NumericDate = Sample.now
    ) -> APIKey {
        APIKey(
            id: GrantID(unchecked: id), hash: TokenHash(of: Secret("tsk_\(id)")), owner: owner ?? person,
            name: "Key \(id)",
            resourceScopes: [ResourceIndicator(unchecked: resource): Scope(unchecked: ["read", "write"])],
            networks: ["192.0.2.0/24", "2001:db8::/32"], quota: APIKeyQuota(uses: 10, period: 60), isDirect: false,
            createdAt: date, expiresAt: lifetime.map { date + .seconds($0) })
    }

    private func prepare(_ store: any Store) async throws {
        _ = try await store.insert(Sample.resource(), recording: Sample.event())
        _ = try await store.insert(Sample.client(), recording: Sample.event())
        _ = try await store.insert(Sample.user("u1"), password: nil, with: Effects([]))
        _ = try await store.insert(Sample.user("u2"), password: nil, with: Effects([]))
    }

    private func insert(_ keys: [APIKey], into store: any Store) async throws {
        for key in keys { #expect(try await store.insert(key, most: 9, with: Effects([])) == .done) }
    }

    private func id(_ text: String) -> GrantID { GrantID(unchecked: text) }

    @Test(arguments: StoreUnderTest.allCases)
    func `remembers all of a key, finds it by its hash and its name, and knows no other`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.run { store async throws in
            try await prepare(store)
            let keys = [
                key("a"), key("b", of: .client(ClientID(unchecked: "svc"))), key("c", of: .nobody, lifetime: nil),
            ]
            for key in keys {
                #expect(
                    try await store.insert(key, most: 1, with: Sample.effects("made", mails: [])) == .done)
                #expect(try await store.apiKey(key.hash) == key)
                #expect(try await store.apiKey(key.id) == key)
                #expect(try await store.apiKeys(of: key.owner) == [key])
            }
            #expect(try await store.apiKey(TokenHash(of: Secret("tsk_other"))) == nil)
            #expect(try await store.apiKey(id("other")) == nil)
            #expect(try await store.apiKeys(after: nil, limit: 2) == Array(keys.prefix(2)))
            #expect(try await store.apiKeys(after: id("b"), limit: 9) == [keys[2]])
            #expect(try await store.count("made") == 3)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `is made for nobody who may not act and at nothing that is not there`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            try await prepare(store)
            var user = try #require(try await store.user(Subject(unchecked: "u2")))
            user.lockedDownAt = Sample.now
            _ = try await store.update(user, ending: nil, at: Sample.now, with: Effects([]))
            let refused = [
                key("a", of: .person(user.id)), key("b", of: .person(Subject(unchecked: "nobody"))),
                key("c", of: .client(ClientID(unchecked: "nobody"))), key("d", resource: "https://other.example"),
            ]
            for key in refused {
                #expect(try await store.insert(key, most: 9, with: Sample.effects("made", mails: [])) == .missing)
                #expect(try await store.apiKey(key.id) == nil)
            }
            #expect(try await store.count("made") == 0)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `an owner has so many live keys and no more, however many are made at once`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.run { store async throws in
            try await prepare(store)
            let keys = (0..<20).map { key("k\($0)") }
            let results = try await withThrowingTaskGroup(of: APIKeyInsertion.self) { group in
                for key in keys { group.addTask { try await store.insert(key, most: 3, with: Effects([])) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { $0 == .done } == 3 && results.count { $0 == .full } == 17)
            #expect(
                try await store.insert(key("o", of: .person(Subject(unchecked: "u2"))), most: 3, with: Effects([]))
                    == .done)
            // What has expired makes room.
            let later = Sample.now + .seconds(3600)
            #expect(try await store.insert(key("late", at: later), most: 3, with: Effects([])) == .done)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `gets one successor, however many ask at once, and lives no longer than was said`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.run { store async throws in
            try await prepare(store)
            try await insert([key("old"), key("short", lifetime: 10)], into: store)
            let successors = (0..<20).map { key("new\($0)") }
            let end = Sample.now + .seconds(60)
            let results = try await withThrowingTaskGroup(of: APIKeyReroll.self) { group in
                for successor in successors {
                    group.addTask {
                        try await store.reroll(
                            GrantID(unchecked: "old"), to: successor, until: end, most: 20,
                            with: Sample.effects("rerolled", mails: []))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { $0 == .done } == 1 && results.count { $0 == .rerolled } == 19)
            #expect(try await store.count("rerolled") == 1)
            let old = try #require(try await store.apiKey(id("old")))
            #expect(old.expiresAt == end && old.endedAt == nil)
            let successor = try #require(old.successor)
            #expect(try await store.apiKey(successor)?.isLive(at: Sample.now) == true)
            #expect(try await store.apiKeys(of: person).count == 3)
            // The overlap never prolongs a life.
            _ = try await store.reroll(id("short"), to: key("next"), until: end, most: 20, with: Effects([]))
            #expect(try await store.apiKey(id("short"))?.expiresAt == Sample.now + .seconds(10))
            #expect(try await store.reroll(id("no"), to: key("x"), until: end, most: 20, with: Effects([])) == .missing)
            let later = Sample.now + .seconds(60)
            let late = try await store.reroll(
                successor, to: key("late", at: Sample.now + .seconds(4000)), until: later, most: 20, with: Effects([]))
            #expect(late == .ended)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `lives on beside successors in no greater number than the owner may have keys`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.run { store async throws in
            try await prepare(store)
            try await insert([key("k0")], into: store)
            let end = Sample.now + .seconds(60)
            func reroll(_ old: String, to new: String, until end: NumericDate) async throws -> APIKeyReroll {
                try await store.reroll(id(old), to: key(new), until: end, most: 3, with: Effects([]))
            }
            // The successor of a successor of a successor, each of which would live on.
            for index in 0..<3 { #expect(try await reroll("k\(index)", to: "k\(index + 1)", until: end) == .done) }
            #expect(try await reroll("k3", to: "k4", until: end) == .full)
            #expect(try await store.apiKey(id("k3"))?.successor == nil)
            #expect(try await store.apiKey(id("k4")) == nil)
            // One that dies at once leaves no more behind than there were.
            #expect(try await reroll("k3", to: "k4", until: Sample.now) == .done)
            // What leaked is dead: its successor is one more.
            _ = try await store.end(.key(id("k4")), because: .keyLeaked, at: Sample.now, with: Effects([]))
            #expect(try await reroll("k4", to: "k5", until: end) == .full)
            _ = try await store.end(.key(id("k0")), because: .keyEnded, at: Sample.now, with: Effects([]))
            #expect(try await reroll("k4", to: "k5", until: end) == .done)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `ends once, and never comes back; one that leaked still gets a successor`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            try await prepare(store)
            try await insert([key("a"), key("leaked"), key("other")], into: store)
            let effects = Sample.effects("ended", mails: [])
            for (name, reason) in [("a", EndReason.keyEnded), ("leaked", .keyLeaked)] {
                let ended = try await store.end(.key(id(name)), because: reason, at: Sample.now, with: effects)
                #expect(ended.grants == [id(name)] && ended.sessions.isEmpty && ended.logouts == 0)
                let again = try await store.end(.key(id(name)), because: .administrator, at: Sample.now, with: effects)
                #expect(again.isEmpty)
                #expect(try await store.apiKey(id(name))?.endReason == reason)
            }
            #expect(try await store.count("ended") == 2)
            let end = Sample.now + .seconds(60)
            #expect(try await store.reroll(id("a"), to: key("n1"), until: end, most: 20, with: Effects([])) == .ended)
            #expect(
                try await store.reroll(id("leaked"), to: key("n2"), until: end, most: 20, with: Effects([])) == .done)
            #expect(try await store.apiKey(id("leaked"))?.endReason == .keyLeaked)
            let ended = try await store.endedGrants(since: Sample.now - .seconds(1), forgettingAfter: 300)
            #expect(ended == [id("a"): end + .seconds(240), id("leaked"): end + .seconds(240)])
            #expect(try await store.apiKey(id("other"))?.isLive(at: Sample.now) == true)
        }
    }

    @Test(arguments: StoreUnderTest.allCases, EndReason.allCases)
    func `ends with its owner for the reasons that say so, and with nobody else`(
        kind: StoreUnderTest, reason: EndReason
    ) async throws {
        let endsKeys: Set<EndReason> = [
            .accountDisabled, .accountDeleted, .lockdown, .clientDisabled, .clientDeleted,
        ]
        try await kind.run { store async throws in
            try await prepare(store)
            try await insert(
                [
                    key("mine"), key("theirs", of: .person(Subject(unchecked: "u2"))),
                    key("program", of: .client(ClientID(unchecked: "svc"))),
                ], into: store)
            let ended = try await store.end(
                .subject(Subject(unchecked: "u1"), keeping: nil), because: reason, at: Sample.now, with: Effects([]))
            #expect(ended.grants == (endsKeys.contains(reason) ? [id("mine")] : []))
            let program = try await store.end(
                .client(ClientID(unchecked: "svc")), because: reason, at: Sample.now, with: Effects([]))
            #expect(program.grants == (endsKeys.contains(reason) ? [id("program")] : []))
            #expect(try await store.apiKey(id("theirs"))?.endedAt == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `ends with its account, its client and its resource, and leaves no name of a person behind`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.run { store async throws in
            try await prepare(store)
            _ = try await store.insert(Sample.resource("second"), recording: Sample.event())
            try await insert(
                [
                    key("gone"), key("program", of: .client(ClientID(unchecked: "svc"))),
                    key("there", of: .person(Subject(unchecked: "u2")), resource: "https://second.example"),
                    key("stays", of: .person(Subject(unchecked: "u2"))),
                ], into: store)
            #expect(
                try await store.deleteUser(Subject(unchecked: "u1"), at: Sample.now, with: Effects([]))
                    == .done(Ended(grants: [id("gone")])))
            let gone = try #require(try await store.apiKey(id("gone")))
            #expect(gone.name.isEmpty && gone.endReason == .accountDeleted)
            let client = try await store.deleteClient(
                ClientID(unchecked: "svc"), advancing: [], recording: Sample.event())
            #expect(client.ended.grants == [id("program")])
            let resource = try await store.deleteResource(
                ClientID(unchecked: "second"), advancing: [], recording: Sample.event())
            #expect(resource.ended.grants == [id("there")])
            #expect(try await store.apiKey(id("stays"))?.isLive(at: Sample.now) == true)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `ends with everything of everybody, in steps, but for honey`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            try await prepare(store)
            try await insert(
                [
                    key("a"), key("b"), key("c", of: .client(ClientID(unchecked: "svc"))),
                    key("honey", of: .nobody, lifetime: nil), key("younger", at: Sample.now + .seconds(9)),
                ], into: store)
            var ended: [GrantID] = []
            for _ in 0..<9 {
                let step = try await store.endEverything(
                    upTo: Sample.now, limit: 2, because: .administrator, at: Sample.now + .seconds(10)
                ) { _ in Sample.event("step") }
                ended += step.ended.grants
                if step.isComplete { break }
            }
            #expect(ended.sorted() == [id("a"), id("b"), id("c")])
            #expect(try await store.apiKey(id("honey"))?.endedAt == nil)
            #expect(try await store.apiKey(id("younger"))?.endedAt == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `moves its last use forward, at most once a minute`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            try await prepare(store)
            try await insert([key("a")], into: store)
            for (second, expected) in [(0, 0), (59, 0), (60, 60), (30, 60), (119, 60), (120, 120)] as [(Int64, Int64)] {
                try await store.touchAPIKey(id("a"), at: Sample.now + .seconds(second))
                #expect(try await store.apiKey(id("a"))?.lastUsedAt == Sample.now + .seconds(expected))
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `is swept away thirty days after it was over and not before`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            try await prepare(store)
            try await insert(
                [
                    key("ended"), key("expired", lifetime: 60), key("lives", lifetime: 90 * 86_400),
                    key("forever", lifetime: nil),
                ], into: store)
            _ = try await store.end(.key(id("ended")), because: .keyEnded, at: Sample.now, with: Effects([]))
            let month = Sample.now + .seconds(30 * 86_400)
            _ = try await store.sweep(at: month - .seconds(1), keeping: Retention(), limit: 100)
            #expect(try await store.apiKeys(after: nil, limit: 9).count == 4)
            _ = try await store.sweep(at: month, keeping: Retention(), limit: 100)
            #expect(try await store.apiKey(id("ended")) == nil)
            #expect(try await store.apiKey(id("expired")) != nil)
            _ = try await store.sweep(at: month + .seconds(60), keeping: Retention(), limit: 100)
            #expect(try await store.apiKeys(after: nil, limit: 9).map(\.id) == [id("forever"), id("lives")])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `an alarm waits until it was told or its time is over`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            func alarm(_ id: String, attempts: Int = 0, next: Int64 = 0) -> AlarmItem {
                AlarmItem(
                    id: id, claims: #"{"alarm":"honey_key_used"}"#, nextAttemptAt: Sample.now + .seconds(next),
                    expiresAt: Sample.now + .seconds(AlarmItem.lifetime), attempts: attempts)
            }
            try await store.record(Effects([Sample.event("alarm")], alarms: [alarm("a"), alarm("b"), alarm("c")]))
            #expect(try await store.count("alarm") == 1)
            #expect(try await store.dueAlarms(at: Sample.now, limit: 2) == [alarm("a"), alarm("b")])
            try await store.postponeAlarm("a", until: Sample.now + .seconds(60))
            try await store.finishAlarm("b", recording: Sample.event("told"))
            try await store.finishAlarm("b", recording: Sample.event("told"))
            #expect(try await store.count("told") == 1)
            #expect(try await store.dueAlarms(at: Sample.now + .seconds(59), limit: 9) == [alarm("c")])
            #expect(
                try await store.dueAlarms(at: Sample.now + .seconds(60), limit: 9)
                    == [alarm("c"), alarm("a", attempts: 1, next: 60)])
            let end = Sample.now + .seconds(AlarmItem.lifetime)
            #expect(try await store.dueAlarms(at: end, limit: 9).isEmpty)
            #expect(try await store.sweep(at: end, keeping: Retention(), limit: 100) == 2)
            #expect(try await store.dueAlarms(at: Sample.now + .seconds(60), limit: 9).isEmpty)
        }
    }
}
