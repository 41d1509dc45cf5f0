import JOSE
import Storage
import StorageTesting
import Testing

/// What ``AuditLog`` promises.
@Suite struct AuditPromises {
    @Test(arguments: StoreUnderTest.allCases)
    func `returns every member as it was stored, under a growing id`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            var event = AuditEvent(
                at: Sample.now, action: "token.refused", outcome: .refusal, actor: "client:svc", target: "token:t1",
                address: "192.0.2.1", requestID: "r9", detail: "ü \n \u{2028}", count: 3,
                lastAt: Sample.now + .seconds(4))
            let ids = try await store.append([event, event])
            #expect(ids.count == 2 && ids[0] < ids[1])
            event.id = ids[0]
            #expect(try await store.events(AuditQuery(limit: 1)) == [event])
            #expect(try await store.append([]).isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `adds to folded events and ignores those that are gone`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let id = try await store.append([Sample.event()])[0]
            try await store.fold([
                AuditAddition(id: id, count: 5, lastAt: Sample.now + .seconds(7)),
                AuditAddition(id: id + 1000, count: 5, lastAt: Sample.now),
                AuditAddition(id: id, count: 1, lastAt: Sample.now + .seconds(2)),
            ])
            let event = try #require(try await store.events(AuditQuery()).first)
            #expect(event.count == 7 && event.lastAt == Sample.now + .seconds(7) && event.at == Sample.now)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `selects by every condition, alone and together`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            var events: [AuditEvent] = []
            for index in 0..<6 {
                events.append(
                    AuditEvent(
                        at: Sample.now + .seconds(index), action: index < 3 ? "a" : "b", actor: "uid:\(index % 2)",
                        target: "client:\(index % 3)"))
            }
            let ids = try await store.append(events)
            func found(_ query: AuditQuery) async throws -> [Int] {
                try await store.events(query).compactMap { ids.firstIndex(of: $0.id) }
            }
            #expect(try await found(AuditQuery()) == [0, 1, 2, 3, 4, 5])
            #expect(try await found(AuditQuery(newestFirst: true)) == [5, 4, 3, 2, 1, 0])
            #expect(try await found(AuditQuery(afterID: ids[2], limit: 2)) == [3, 4])
            #expect(try await found(AuditQuery(afterID: ids[2], newestFirst: true)) == [1, 0])
            #expect(try await found(AuditQuery(action: "a")) == [0, 1, 2])
            #expect(try await found(AuditQuery(actor: "uid:1")) == [1, 3, 5])
            #expect(try await found(AuditQuery(target: "client:2")) == [2, 5])
            #expect(try await found(AuditQuery(actor: "uid:1", target: "client:2")) == [5])
            var others = AuditQuery(target: "client:2", limit: 1, newestFirst: true)
            others.exceptActor = "uid:1"
            #expect(try await found(others) == [2])
            let from = Sample.now + .seconds(2)
            #expect(try await found(AuditQuery(since: from, until: from + .seconds(2))) == [2, 3])
            #expect(try await found(AuditQuery(action: "b", actor: "uid:1", target: "client:0", since: from)) == [3])
            #expect(try await found(AuditQuery(action: "' OR 1=1 --")) == [])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a folded event is found in all the time it stands for`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let id = try await store.append([Sample.event()])[0]
            try await store.fold([AuditAddition(id: id, count: 1, lastAt: Sample.now + .seconds(100))])
            #expect(try await store.events(AuditQuery(since: Sample.now + .seconds(100))).count == 1)
            #expect(try await store.events(AuditQuery(since: Sample.now + .seconds(101))).isEmpty)
            #expect(try await store.events(AuditQuery(until: Sample.now)).isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `returns between one and a thousand events`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            _ = try await store.append(Array(repeating: Sample.event(), count: 1100))
            #expect(try await store.events(AuditQuery(limit: 5000)).count == 1000)
            #expect(try await store.events(AuditQuery(limit: -1)).count == 1)
        }
    }
}
