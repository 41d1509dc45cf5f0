import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What ``RegistrationStore`` promises.
@Suite struct RegistrationPromises {
    private let hash = TokenHash(of: Secret("tsi_sample"))

    private func token(uses: Int = 1, lifetime: Int64 = 60) -> InitialAccessToken {
        InitialAccessToken(
            id: "i1", hash: hash, usesLeft: uses, createdAt: Sample.now, expiresAt: Sample.now + .seconds(lifetime))
    }

    private func client(_ id: String, at date: NumericDate = Sample.now) -> RegisteredClient {
        let sample = Sample.application()
        var party = sample.relyingParty
        party?.registrationToken = TokenHash(of: Secret("tsx_\(id)"))
        return RegisteredClient(
            id: ClientID(unchecked: id), name: id, credentials: sample.credentials, grantTypes: sample.grantTypes,
            relyingParty: party, createdAt: date)
    }

    private func terms(_ hash: TokenHash?, most: Int = 10, at date: NumericDate = Sample.now) -> RegistrationTerms {
        RegistrationTerms(spending: hash, maximumClients: most, at: date)
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `spends a token with the registration and not beyond its uses`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            #expect(try await store.insert(token(uses: 2), most: 1, recording: Sample.event("made")))
            #expect(try await store.acceptsInitialAccessToken(hash, at: Sample.now))
            let other = TokenHash(of: Secret("tsi_other"))
            #expect(
                try await store.register(client("a"), on: terms(other), recording: Sample.event("r")) == .tokenRefused)
            #expect(try await store.register(client("a"), on: terms(hash), recording: Sample.event("r")) == .done)
            // What is refused costs no use.
            #expect(try await store.register(client("a"), on: terms(hash), recording: Sample.event("r")) == .exists)
            #expect(try await store.register(client("b"), on: terms(hash), recording: Sample.event("r")) == .done)
            #expect(
                try await store.register(client("c"), on: terms(hash), recording: Sample.event("r")) == .tokenRefused)
            #expect(try await !store.acceptsInitialAccessToken(hash, at: Sample.now))
            #expect(try await store.client(ClientID(unchecked: "a")) == client("a"))
            #expect(try await store.client(ClientID(unchecked: "c")) == nil)
            #expect(try await store.count("r") == 2)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `lets a single use through once, however many ask at once`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            #expect(try await store.insert(token(), most: 1, recording: Sample.event()))
            let results = try await withThrowingTaskGroup(of: RegistrationResult.self) { group in
                for number in 0..<20 {
                    let client = client("c\(number)")
                    let terms = terms(hash)
                    group.addTask { try await store.register(client, on: terms, recording: Sample.event()) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.filter { $0 == .done }.count == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `forgets a token at its expiry and when it is deleted`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            #expect(try await store.insert(token(), most: 1, recording: Sample.event()))
            #expect(try await !store.insert(token(), most: 1, recording: Sample.event()))
            let end = Sample.now + .seconds(60)
            #expect(try await !store.acceptsInitialAccessToken(hash, at: end))
            let late = try await store.register(client("a"), on: terms(hash, at: end), recording: Sample.event())
            #expect(late == .tokenRefused)
            #expect(try await store.sweep(at: end, keeping: Retention(), limit: 10) == 1)
            #expect(try await store.insert(token(), most: 1, recording: Sample.event()))
            #expect(try await store.deleteInitialAccessToken("i1", recording: Sample.event("deleted")))
            #expect(try await !store.deleteInitialAccessToken("i1", recording: Sample.event("deleted")))
            #expect(try await store.count("deleted") == 1)
            #expect(try await !store.acceptsInitialAccessToken(hash, at: Sample.now))
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `lists tokens in the order of their ids, page by page`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            for id in ["c", "a", "B"] {
                let token = InitialAccessToken(
                    id: id, hash: TokenHash(of: Secret("tsi_\(id)")), usesLeft: 2, createdAt: Sample.now,
                    expiresAt: Sample.now + .seconds(60))
                #expect(try await store.insert(token, most: 9, recording: Sample.event()))
            }
            let first = try await store.initialAccessTokens(after: nil, limit: 2)
            #expect(first.map(\.id) == ["B", "a"] && first[0].usesLeft == 2)
            #expect(first[0].expiresAt == Sample.now + .seconds(60) && first[0].createdAt == Sample.now)
            #expect(first[0].hash == TokenHash(of: Secret("tsi_B")))
            #expect(try await store.initialAccessTokens(after: "a", limit: 9).map(\.id) == ["c"])
            #expect(try await store.initialAccessTokens(after: nil, limit: 0).isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `has no more self-registered clients than are allowed, and counts no others`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.run { store async throws in
            _ = try await store.insert(Sample.application(), recording: Sample.event())
            _ = try await store.insert(Sample.client(), recording: Sample.event())
            #expect(try await store.register(client("a"), on: terms(nil, most: 1), recording: Sample.event()) == .done)
            #expect(try await store.register(client("b"), on: terms(nil, most: 1), recording: Sample.event()) == .full)
            #expect(try await store.client(ClientID(unchecked: "b")) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `names the self-registered clients that nobody uses`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let later = Sample.now + .seconds(100)
            for (id, date) in [("a", Sample.now), ("b", Sample.now), ("c", later)] {
                let result = try await store.register(client(id, at: date), on: terms(nil), recording: Sample.event())
                #expect(result == .done)
            }
            #expect(try await store.unusedRegistrations(before: later, limit: 9).map(\.rawValue) == ["a", "b"])
            #expect(try await store.unusedRegistrations(before: later, limit: 1).map(\.rawValue) == ["a"])
            let waiting = PendingAuthorization(
                hash: TokenHash(of: Secret("tsp_a")), origin: .pushed, browser: nil, client: ClientID(unchecked: "a"),
                parameters: [], createdAt: Sample.now, expiresAt: later)
            try await store.insert(waiting)
            #expect(try await store.unusedRegistrations(before: later, limit: 9).map(\.rawValue) == ["b"])
        }
    }
}
