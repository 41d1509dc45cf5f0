import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What ``UpkeepStore`` and ``UsageStore`` promise.
@Suite struct UpkeepPromises {
    private let retention = Retention(audit: 1000, usage: 600)

    @Test(arguments: StoreUnderTest.allCases)
    func `counts by client, resource, minute and kind`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let a = UsageKey(client: "a", resource: "r", minute: 10, kind: .issued)
            let b = UsageKey(client: "b", resource: "r", minute: 10, kind: .issued)
            let refused = UsageKey(client: "a", resource: "r", minute: 11, kind: .refused)
            try await store.add([a: 2, refused: 1])
            try await store.add([a: 3, b: 1])
            let all = try await store.usage(of: nil, minutes: 10..<12, limit: 10)
            #expect(all.map(\.key) == [a, b, refused])
            #expect(all.map(\.count) == [5, 1, 1])
            #expect(try await store.usage(of: "a", minutes: 10..<12, limit: 10).map(\.key) == [a, refused])
            #expect(try await store.usage(of: "a", minutes: 10..<11, limit: 10).map(\.key) == [a])
            #expect(try await store.usage(of: nil, minutes: 10..<12, limit: 1).map(\.key) == [a])
            try await store.add([:])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `sweeps what has expired this second, and nothing before`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let now = Sample.now
            _ = try await store.claim("old", in: .clientAssertion("a"), until: now)
            _ = try await store.claim("live", in: .clientAssertion("a"), until: now + .seconds(1))
            _ = try await store.revoke(
                TokenID(unchecked: "old"), EndedToken(until: now, audience: nil), recording: Sample.event(at: now))
            _ = try await store.revoke(
                TokenID(unchecked: "live"), EndedToken(until: now + .seconds(1), audience: nil),
                recording: Sample.event(at: now))
            #expect(try await store.sweep(at: now - .seconds(1), keeping: retention, limit: 100) == 0)
            #expect(try await store.sweep(at: now, keeping: retention, limit: 100) == 2)
            #expect(try await store.sweep(at: now, keeping: retention, limit: 100) == 0)
            #expect(try await store.claim("old", in: .clientAssertion("a"), until: now + .seconds(9)))
            #expect(try await store.claim("live", in: .clientAssertion("a"), until: now + .seconds(9)) == false)
            let remembered = try await store.revokedTokens(at: now - .seconds(100))
            #expect(remembered.keys.map(\.rawValue) == ["live"])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `keeps history as long as it was told to`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let now = Sample.now
            let ids = try await store.append([
                Sample.event("gone", at: now - .seconds(1001)), Sample.event("kept", at: now - .seconds(1000)),
                Sample.event("folded", at: now - .seconds(5000)),
            ])
            try await store.fold([AuditAddition(id: ids[2], count: 1, lastAt: now)])
            let minute = now.secondsSince1970 / 60
            for age: Int64 in [9, 10, 11] {
                try await store.add([UsageKey(client: "a", resource: "r", minute: minute - age, kind: .issued): 1])
            }
            #expect(try await store.sweep(at: now, keeping: retention, limit: 100) == 2)
            #expect(try await store.events(AuditQuery()).map(\.action) == ["kept", "folded"])
            #expect(
                try await store.usage(of: nil, minutes: 0..<Int64.max, limit: 10).map(\.key.minute) == [
                    minute - 10, minute - 9,
                ])
            // The id of a swept event is not given again.
            let next = try await store.append([Sample.event()])
            #expect(next[0] > ids[2])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `forgets an ended grant after the audit retention, a live one never`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let now = Sample.now
            _ = try await store.insert(Sample.client(), recording: Sample.event(at: now))
            _ = try await store.insert(Sample.resource(), recording: Sample.event(at: now))
            let ended = Sample.grant("ended", at: now - .seconds(9000))
            _ = try await store.permit(ended, advancing: [], recording: Sample.event(at: now))
            _ = try await store.revoke(
                ended.id, because: .administrator, advancing: [], at: now - .seconds(1001),
                recording: Sample.event(at: now))
            let live = Sample.grant("live", at: now - .seconds(9000))
            _ = try await store.permit(live, advancing: [.grant(live.id)], recording: Sample.event(at: now))
            #expect(try await store.sweep(at: now, keeping: retention, limit: 100) == 1)
            #expect(try await store.revocation(of: ended.id) == nil)
            #expect(try await store.grant(live.id) == live)
            #expect(try await store.epochs().count == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `sweeps no more of a kind than the limit at once`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let now = Sample.now
            for index in 0..<25 { _ = try await store.claim("c\(index)", in: .clientAssertion("a"), until: now) }
            _ = try await store.append(Array(repeating: Sample.event(at: now - .seconds(2000)), count: 12))
            #expect(try await store.sweep(at: now, keeping: retention, limit: 10) == 20)
            #expect(try await store.sweep(at: now, keeping: retention, limit: 10) == 12)
            #expect(try await store.sweep(at: now, keeping: retention, limit: 10) == 5)
            #expect(try await store.sweep(at: now, keeping: retention, limit: 10) == 0)
            #expect(try await store.sweep(at: now, keeping: retention, limit: 0) == 0)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `is healthy, and says so again`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            try await store.checkHealth()
            try await store.checkHealth()
            #expect(try await store.claimIssuer("https://a.example") == "https://a.example")
        }
    }
}
