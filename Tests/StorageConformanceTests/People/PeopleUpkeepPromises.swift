import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// When each thing about people is forgotten, as ``UpkeepStore`` promises.
@Suite struct PeopleUpkeepPromises {
    private static let day: Int64 = 86_400

    /// The first of two seconds in which a sweep takes `count` rows, and none in the second before.
    private func expectSweep(_ store: any Store, of count: Int, after seconds: Int64) async throws {
        let retention = Retention()
        let moment = Sample.now + .seconds(seconds)
        #expect(try await store.sweep(at: moment - .seconds(1), keeping: retention, limit: 100) == 0)
        #expect(try await store.sweep(at: moment, keeping: retention, limit: 100) == count)
        #expect(try await store.sweep(at: moment, keeping: retention, limit: 100) == 0)
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `requests go when they expire`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            try await store.insert(Sample.pending())
            try await expectSweep(store, of: 1, after: 1800)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `links go when they expire, but are counted for an hour`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            _ = try await store.insert(Sample.link(), perHour: 1, with: Effects([]))
            try await expectSweep(store, of: 1, after: 3600)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `mails and logout tokens go when their time is over`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let client = Sample.application("b", backchannelLogoutURI: "https://b.example/logout")
            _ = try await store.insert(client, recording: Sample.event())
            try await store.start(Sample.authorization("x", client: "b"))
            let effects = Effects([], mails: [Sample.mail()])
            _ = try await store.end(.session(Sample.session().id), because: .signedOut, at: Sample.now, with: effects)
            // Mail, logout token, session and authorization; the code is gone with its authorization.
            try await expectSweep(store, of: 4, after: Self.day)
            #expect(try await store.outboxCounts() == (0, 0))
            #expect(try await store.code(Sample.code("x").hash) == nil)
            #expect(try await store.refreshRecord(GrantID(unchecked: "x"), at: Sample.now) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a spent code is known for a day after its expiry`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            try await store.start(Sample.authorization())
            try await expectSweep(store, of: 1, after: 60 + Self.day)
            #expect(try await store.authorization(Sample.authorization().id) != nil)
            #expect(try await store.refreshRecord(Sample.authorization().id, at: Sample.now) != nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `an authorization goes a day after its expiry, its session at its own`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            _ = try await store.insert(Sample.authorization(), code: Sample.code(), spending: nil, with: Effects([]))
            #expect(try await store.redeem(Sample.code().hash, starting: nil, at: Sample.now) == .redeemed)
            try await expectSweep(store, of: 1, after: 60 + Self.day)
            try await expectSweep(store, of: 1, after: 500_000 + Self.day)
            // It took part in the session all the same.
            #expect(try await store.clients(inSession: Sample.session().id).count == 1)
            try await expectSweep(store, of: 1, after: 600_000)
            #expect(try await store.clients(inSession: Sample.session().id).isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a family goes on the second day after it was over, with its authorization`(kind: StoreUnderTest) async throws
    {
        try await kind.runWithPerson { store async throws in
            try await store.start(Sample.authorization())
            let grant = Sample.authorization().id
            try await expectSweep(store, of: 1, after: 60 + Self.day)
            let used = Sample.now + .seconds(90_000)
            _ = try await store.rotate(grant, presenting: 1, under: RotationPolicy(), at: used, with: .sample)
            let family = try #require(try await store.refreshRecord(grant, at: used)?.family)
            let over = used + .seconds(family.idleLifetime)
            let gone = family.sweepDay * Self.day - Sample.now.secondsSince1970
            #expect(gone > (over - Sample.now).components.seconds + Self.day)
            try await expectSweep(store, of: 1, after: gone)
            #expect(try await store.refreshRecord(grant, at: used) == nil)
            #expect(try await store.authorization(grant) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `takes no more of a kind than the limit at once`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            for index in 0..<25 { try await store.insert(Sample.pending("p\(index)")) }
            let later = Sample.now + .seconds(1800)
            for expected in [10, 10, 5, 0] {
                #expect(try await store.sweep(at: later, keeping: Retention(), limit: 10) == expected)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `nothing that lives is swept, however often it is tried`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            try await store.start(Sample.authorization())
            try await store.give(Sample.consent(), with: Effects([], mails: [Sample.mail()]))
            for seconds: Int64 in [0, 59, 3600, Self.day - 1] {
                #expect(
                    try await store.sweep(at: Sample.now + .seconds(seconds), keeping: Retention(), limit: 100) == 0)
            }
            #expect(
                try await store.rotate(
                    Sample.authorization().id, presenting: 1, under: RotationPolicy(), at: Sample.now, with: .sample)
                    == .rotated(head: 2))
        }
    }
}
