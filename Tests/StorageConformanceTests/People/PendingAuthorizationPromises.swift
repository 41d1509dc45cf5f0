import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What ``PendingAuthorizationStore`` promises.
@Suite struct PendingAuthorizationPromises {
    private let decision = ConsentDecision(
        subject: Sample.user().id, isGiven: true, identityScope: Scope(unchecked: ["openid"]),
        resourceScopes: [ResourceIndicator(unchecked: "https://api.example"): Scope(unchecked: ["read"])])

    @Test(arguments: StoreUnderTest.allCases)
    func `returns every member until it expires`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let bytes = PendingAuthorization(
                hash: Sample.hash("pushed"), origin: .pushed, browser: nil, client: ClientID(unchecked: "app"),
                parameters: [0, 255, 10], freshSession: Sample.session().id, decision: decision, createdAt: Sample.now,
                expiresAt: Sample.now + .seconds(90))
            for pending in [Sample.pending(), bytes] {
                try await store.insert(pending)
                let last = pending.expiresAt - .seconds(1)
                #expect(try await store.pendingAuthorization(pending.hash, at: last) == pending)
                #expect(try await store.pendingAuthorization(pending.hash, at: pending.expiresAt) == nil)
                #expect(try await store.take(pending.hash, at: pending.expiresAt) == nil)
                #expect(try await store.take(pending.hash, at: last) == pending)
                #expect(try await store.take(pending.hash, at: last) == nil)
                #expect(try await store.pendingAuthorization(pending.hash, at: last) == nil)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `never keeps more than a number, and what nobody has begun goes first`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            func waits(_ name: String) async throws -> Bool {
                try await store.pendingAuthorization(Sample.pending(name).hash, at: Sample.now) != nil
            }
            try await store.insert(Sample.pending("signed in"), keeping: 8)
            #expect(
                try await store.note(
                    freshSession: Sample.session().id, for: Sample.pending("signed in").hash, at: Sample.now))
            for turn in 0..<40 {
                try await store.insert(Sample.pending("p\(turn)"), keeping: 8)
                var count = 0
                for earlier in 0...turn where try await waits("p\(earlier)") { count += 1 }
                #expect(count <= 7 && count >= min(turn + 1, 7))
                #expect(try await waits("signed in"))
                #expect(try await waits("p\(turn)"))
            }
        }
    }

    private func pushed(_ name: String, _ origin: PendingAuthorization.Origin) -> PendingAuthorization {
        PendingAuthorization(
            hash: Sample.hash(name), origin: origin, browser: nil, client: ClientID(unchecked: "app"),
            parameters: [0], createdAt: Sample.now, expiresAt: Sample.now + .seconds(90))
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `what a client vouches for never makes room for what anybody sent`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            func count(_ origin: PendingAuthorization.Origin, _ numbers: Range<Int>) async throws -> Int {
                var count = 0
                for number in numbers
                where try await store.pendingAuthorization(Sample.hash("\(origin) \(number)"), at: Sample.now) != nil {
                    count += 1
                }
                return count
            }
            for (kept, flood) in [
                (PendingAuthorization.Origin.pushedVouched, PendingAuthorization.Origin.pushed),
                (.vouched, .browser),
            ] {
                try await store.insert(pushed("\(kept) 0", kept), keeping: 64)
                for number in 1...150 { try await store.insert(pushed("\(flood) \(number)", flood), keeping: 64) }
                #expect(try await count(kept, 0..<1) == 1)
                #expect(try await count(flood, 1..<151) <= 64)
                #expect(try await count(flood, 150..<151) == 1)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `room that was made for a request that failed is not counted on`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            for number in 0..<64 { try await store.insert(pushed("p\(number)", .pushed), keeping: 64) }
            await #expect(throws: StoreError.self) { try await store.insert(pushed("p63", .pushed), keeping: 64) }
            for number in 64..<67 { try await store.insert(pushed("p\(number)", .pushed), keeping: 64) }
            var count = 0
            for number in 0..<67
            where try await store.pendingAuthorization(Sample.hash("p\(number)"), at: Sample.now) != nil { count += 1 }
            #expect(count <= 64)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a second request of one handle is refused`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            try await store.insert(Sample.pending())
            await #expect(throws: StoreError.self) { try await store.insert(Sample.pending()) }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `notes who signed in and what they decided, with the consent`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let pending = Sample.pending()
            try await store.insert(pending)
            #expect(try await store.note(freshSession: Sample.session().id, for: pending.hash, at: Sample.now))
            #expect(
                try await store.note(
                    decision, for: pending.hash, remembering: Sample.question(), at: Sample.now,
                    with: Sample.effects("consent.given")))
            var expected = pending
            expected.freshSession = Sample.session().id
            expected.decision = decision
            #expect(try await store.pendingAuthorization(pending.hash, at: Sample.now) == expected)
            #expect(try await store.consent(of: decision.subject, to: pending.client) == Sample.consent())
            let denial = ConsentDecision(subject: decision.subject, isGiven: false)
            #expect(
                try await store.note(denial, for: pending.hash, remembering: nil, at: Sample.now, with: Effects([])))
            #expect(try await store.take(pending.hash, at: Sample.now)?.decision == denial)
            #expect(try await store.count("consent.given") == 1)
        }
    }

    private let api = ResourceIndicator(unchecked: "https://api.example")
    private let other = ResourceIndicator(unchecked: "https://other.example")

    /// Agreed to by the person and the client of ``decision``, to more than that is about.
    private var agreed: Consent {
        Consent(
            subject: decision.subject, client: ClientID(unchecked: "app"),
            identityScope: Scope(unchecked: ["openid", "email", "phone"]),
            resourceScopes: [api: Scope(unchecked: ["read", "write"]), other: Scope(unchecked: ["read"])],
            givenAt: Sample.now, updatedAt: Sample.now + .seconds(5))
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `remembers a yes beside what was agreed to before, and as the last word on what was asked`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            let pending = Sample.pending()
            try await store.insert(pending)
            try await store.give(agreed, with: Effects([]))
            let question = ConsentQuestion(
                client: agreed.client, identityScope: Scope(unchecked: ["openid", "email"]),
                resourceScopes: [api: Scope(unchecked: ["read"]), other: Scope(unchecked: ["read"])])
            let now = Sample.now + .seconds(9)
            #expect(
                try await store.note(decision, for: pending.hash, remembering: question, at: now, with: Effects([])))
            var expected = agreed
            expected.identityScope = Scope(unchecked: ["openid", "phone"])
            expected.resourceScopes = [api: Scope(unchecked: ["read", "write"])]
            expected.updatedAt = now
            #expect(try await store.consent(of: agreed.subject, to: agreed.client) == expected)
            // A no is for this one request.
            let denial = ConsentDecision(subject: agreed.subject, isGiven: false)
            #expect(
                try await store.note(denial, for: pending.hash, remembering: question, at: now, with: Effects([])))
            #expect(try await store.consent(of: agreed.subject, to: agreed.client) == expected)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `remembers a yes alone where what was agreed to before ended or does not count any more`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            let now = Sample.now + .seconds(9)
            func remembered(_ name: String, countingFrom moment: NumericDate?) async throws -> Consent? {
                let pending = Sample.pending(name)
                try await store.insert(pending)
                if moment == nil {
                    _ = try await store.end(
                        .application(agreed.subject, agreed.client), because: .applicationEnded, at: Sample.now,
                        with: Effects([]))
                }
                let all = Sample.question()
                let question = ConsentQuestion(
                    client: all.client, identityScope: all.identityScope, resourceScopes: all.resourceScopes,
                    countingFrom: moment)
                #expect(
                    try await store.note(
                        decision, for: pending.hash, remembering: question, at: now, with: Effects([])))
                return try await store.consent(of: agreed.subject, to: agreed.client)
            }
            let alone = Consent(
                subject: decision.subject, client: agreed.client, identityScope: decision.identityScope,
                resourceScopes: decision.resourceScopes, givenAt: now)
            try await store.give(agreed, with: Effects([]))
            #expect(try await remembered("ended", countingFrom: nil) == alone)
            try await store.give(agreed, with: Effects([]))
            #expect(try await remembered("older", countingFrom: agreed.updatedAt + .seconds(1)) == alone)
            try await store.give(agreed, with: Effects([]))
            var both = agreed
            both.updatedAt = now
            #expect(try await remembered("no older", countingFrom: agreed.updatedAt) == both)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `notes nothing on a request that is over or for a person who may not act`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let pending = Sample.pending()
            try await store.insert(pending)
            func note(at now: NumericDate) async throws -> Bool {
                try await store.note(
                    decision, for: pending.hash, remembering: Sample.question(), at: now, with: Sample.effects())
            }
            #expect(try await !note(at: pending.expiresAt))
            #expect(try await !store.note(freshSession: Sample.session().id, for: pending.hash, at: pending.expiresAt))
            var user = Sample.user()
            user.isEnabled = false
            _ = try await store.update(user, ending: nil, at: Sample.now, with: Effects([]))
            #expect(try await !note(at: Sample.now))
            #expect(try await store.take(pending.hash, at: Sample.now) == pending)
            #expect(try await !store.note(freshSession: Sample.session().id, for: pending.hash, at: Sample.now))
            #expect(try await store.consents(of: decision.subject).isEmpty)
            #expect(try await store.count("test.happened") == 0)
        }
    }
}
