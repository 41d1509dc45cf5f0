import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What ``RevocationStore`` and ``ReplayStore`` promise.
@Suite struct RevocationPromises {
    private let token = TokenID(unchecked: "t1")

    @Test(arguments: StoreUnderTest.allCases)
    func `remembers a revoked token until the second of its expiry`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let expiry = Sample.now + .seconds(10)
            #expect(try await store.revoke(token, EndedToken(until: expiry, audience: nil), recording: Sample.event()))
            #expect(
                try await store.revoke(token, EndedToken(until: expiry, audience: nil), recording: Sample.event())
                    == false)
            #expect(
                try await store.revokedTokens(at: expiry - .seconds(1)) == [
                    token: EndedToken(until: expiry, audience: nil)
                ])
            #expect(try await store.revokedTokens(at: expiry).isEmpty)
            #expect(try await store.events(AuditQuery()).count == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `never shortens how long a token is remembered`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            for seconds in [10, 30, 20] {
                _ = try await store.revoke(
                    token, EndedToken(until: Sample.now + .seconds(seconds), audience: nil), recording: Sample.event())
            }
            let longest = EndedToken(until: Sample.now + .seconds(30), audience: nil)
            #expect(try await store.revokedTokens(at: Sample.now) == [token: longest])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `knows whom a revoked token was for as soon as anybody does`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let api = ResourceIndicator(unchecked: "https://api.example")
            let both = [api, ResourceIndicator(unchecked: "https://id.example/userinfo")]
            let until = Sample.now + .seconds(10)
            for audience in [nil, both, nil, [api]] {
                _ = try await store.revoke(
                    token, EndedToken(until: until, audience: audience), recording: Sample.event())
            }
            #expect(try await store.revokedTokens(at: Sample.now) == [token: EndedToken(until: until, audience: both)])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `advances each counter by one and keeps kinds apart`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let keys: [EpochKey] = EpochKey.Kind.allCases.map { EpochKey($0, "same") }
            let first = try await store.advance(keys, recording: Sample.event())
            #expect(first == Dictionary(uniqueKeysWithValues: keys.map { ($0, 1) }))
            let second = try await store.advance([keys[0], keys[0]], recording: Sample.event())
            #expect(second == [keys[0]: 2])
            #expect(try await store.epochs()[keys[0]] == 2)
            #expect(try await store.epochs()[keys[1]] == 1)
            #expect(try await store.advance([], recording: Sample.event()).isEmpty)
            #expect(try await store.events(AuditQuery()).count == 3)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `knows when each counter was advanced, whatever the clock did since`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let keys: [EpochKey] = ["a", "b"].map { EpochKey(.client, $0) }
            func event(_ seconds: Int) -> AuditEvent {
                AuditEvent(at: Sample.now + .seconds(seconds), action: "test", actor: "test")
            }
            _ = try await store.advance(keys, recording: event(10))
            _ = try await store.advance([keys[0]], recording: event(30))
            _ = try await store.advance([keys[0]], recording: event(20))
            #expect(
                try await store.counters() == [
                    keys[0]: EpochCounter(value: 3, advancedAt: Sample.now + .seconds(30)),
                    keys[1]: EpochCounter(value: 1, advancedAt: Sample.now + .seconds(10)),
                ])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `keeps the identifiers of different clients apart`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let until = Sample.now + .seconds(60)
            #expect(try await store.claim("j", in: .clientAssertion("a"), until: until))
            #expect(try await store.claim("j", in: .clientAssertion("b"), until: until))
            #expect(try await store.claim("J", in: .clientAssertion("a"), until: until))
            #expect(try await store.claim("j", in: .clientAssertion("a"), until: until + .seconds(600)) == false)
        }
    }
}
