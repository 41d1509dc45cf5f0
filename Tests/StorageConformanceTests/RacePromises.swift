import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

/// Of many concurrent callers who want one thing, exactly one gets it, round after round.
@Suite struct RacePromises {
    private static let callers = 100
    private static let rounds = 200

    /// How many of the callers of each round were told that they won.
    private func winners(_ attempt: @escaping @Sendable (_ caller: Int) async throws -> Bool) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for caller in 0..<Self.callers { group.addTask { try await attempt(caller) } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }

    @Test(.requirement("7521-8.2-1"), arguments: StoreUnderTest.allCases)
    func `one of many claims of one identifier wins`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            for round in 0..<Self.rounds {
                let won = try await winners { _ in
                    try await store.claim("jti-\(round)", in: .clientAssertion("svc"), until: Sample.now + .seconds(60))
                }
                try #require(won == 1)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `one of many insertions of one client_id wins, be it a client or a resource`(kind: StoreUnderTest) async throws
    {
        try await kind.run { store async throws in
            for round in 0..<Self.rounds {
                let won = try await winners { caller in
                    let id = "party-\(round)"
                    if caller.isMultiple(of: 2) {
                        return try await store.insert(Sample.client(id), recording: Sample.event()) == .inserted
                    }
                    let resource = Sample.resource(id, identifier: "https://\(caller).\(round).example")
                    return try await store.insert(resource, recording: Sample.event()) == .inserted
                }
                try #require(won == 1)
            }
            let events = try await store.events(AuditQuery(limit: 1000))
            #expect(events.count == Self.rounds)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `one of many permissions makes the grant and all are told of that one`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            _ = try await store.insert(Sample.client(), recording: Sample.event())
            for round in 0..<Self.rounds {
                let resource = Sample.resource("api-\(round)")
                _ = try await store.insert(resource, recording: Sample.event())
                let ids = try await withThrowingTaskGroup(of: GrantID?.self) { group in
                    for caller in 0..<Self.callers {
                        let grant = Sample.grant("g-\(round)-\(caller)", resource: resource.identifier.rawValue)
                        group.addTask {
                            let permission = try await store.permit(grant, advancing: [], recording: Sample.event())
                            guard case .given(let stored, _) = permission else { return nil }
                            return stored.id
                        }
                    }
                    return try await group.reduce(into: Set<GrantID?>()) { $0.insert($1) }
                }
                try #require(ids.count == 1 && !ids.contains(nil))
            }
            let grants = try await store.grants(of: Sample.client().id)
            #expect(grants.count == Self.rounds)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `one of many revocations ends the grant and advances its epoch once`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            _ = try await store.insert(Sample.client(), recording: Sample.event())
            _ = try await store.insert(Sample.resource(), recording: Sample.event())
            for round in 0..<Self.rounds {
                let grant = Sample.grant("g-\(round)")
                _ = try await store.permit(grant, advancing: [], recording: Sample.event())
                let won = try await winners { _ in
                    let change = try await store.revoke(
                        grant.id, because: .administrator, advancing: [.grant(grant.id)], at: Sample.now,
                        recording: Sample.event("grant.revoked"))
                    return change == .done([.grant(grant.id): 1])
                }
                try #require(won == 1)
            }
            let events = try await store.events(AuditQuery(action: "grant.revoked", limit: 1000))
            #expect(events.count == Self.rounds)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `one of many updates of one version wins`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            _ = try await store.insert(Sample.client(), recording: Sample.event())
            for round in 0..<Self.rounds {
                let read = try #require(try await store.client(Sample.client().id))
                try #require(read.version == Int64(round) + 1)
                let won = try await winners { caller in
                    var changed = read
                    changed.name = "by \(caller)"
                    let change = try await store.update(
                        changed, advancing: [], recording: Sample.event("client.updated"))
                    return change != .conflict
                }
                try #require(won == 1)
            }
            let events = try await store.events(AuditQuery(action: "client.updated", limit: 1000))
            #expect(events.count == Self.rounds)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `one of many revocations of one token is told that it ended it`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            for round in 0..<Self.rounds {
                let won = try await winners { _ in
                    try await store.revoke(
                        TokenID(unchecked: "t-\(round)"), EndedToken(until: Sample.now + .seconds(60), audience: nil),
                        recording: Sample.event())
                }
                try #require(won == 1)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `concurrent advances of one counter each get a value of their own`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            for round in 0..<Self.rounds {
                let key = EpochKey(.client, "svc-\(round)")
                let values = try await withThrowingTaskGroup(of: Int64?.self) { group in
                    for _ in 0..<Self.callers {
                        group.addTask { try await store.advance([key], recording: Sample.event())[key] }
                    }
                    return try await group.reduce(into: Set<Int64?>()) { $0.insert($1) }
                }
                try #require(values == Set((1...Int64(Self.callers)).map { $0 }))
            }
        }
    }
}
