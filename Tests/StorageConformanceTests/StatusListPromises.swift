import JOSE
import OAuth
import Storage
import StorageSQLite
import StorageTesting
import Testing

/// What ``StatusListStore`` promises: no index is ever given twice, and none is forgotten while a token may name it.
@Suite struct StatusListPromises {
    private func list(_ id: String, size: Int64 = 100, at date: NumericDate = Sample.now) -> StatusList {
        StatusList(id: id, key: [1, 2, 3], size: size, createdAt: date)
    }

    private func entry(_ index: Int64, of list: String = "l1", grant: String = "g1") -> StatusEntry {
        StatusEntry(
            list: list, index: index, grant: GrantID(unchecked: grant), subject: Subject(unchecked: "alice"),
            client: ClientID(unchecked: "svc"), resource: ResourceIndicator(unchecked: "https://api.example"),
            epochs: TokenEpochs(subject: 1, client: 2, grant: 3, resource: 4))
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `reserves places one after the other, and closes a list that has none left`(kind: StoreUnderTest) async throws
    {
        try await kind.run { store async throws in
            let later = Sample.now + .seconds(5)
            func reserve(_ count: Int64, orOpen id: String) async throws -> StatusReservation? {
                try await store.reserveStatusPlaces(count, orOpen: list(id), limit: 2, at: later)
            }
            let first = try #require(try await reserve(60, orOpen: "l1"))
            #expect(first.list.id == "l1" && first.places == 0..<60)
            let rest = try #require(try await reserve(60, orOpen: "unused"))
            #expect(rest.list.id == "l1" && rest.places == 60..<100)
            let next = try #require(try await reserve(100, orOpen: "l2"))
            #expect(next.list.id == "l2" && next.places == 0..<100)
            let lists = try await store.statusLists()
            #expect(lists.map(\.id) == ["l1", "l2"] && lists.map(\.reserved) == [100, 100])
            #expect(lists.map(\.closedAt) == [later, nil])
            // A third would be more than were allowed, and says so instead of giving anything.
            #expect(try await reserve(1, orOpen: "l3") == nil)
            #expect(try await store.statusLists().map(\.id) == ["l1", "l2"])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `keeps what an index stands for, and refuses to give it again`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            _ = try await store.reserveStatusPlaces(10, orOpen: list("l1"), limit: 2, at: Sample.now)
            for index: Int64 in [7, 3, 99] { try await store.insert(entry(index, grant: "g\(index)")) }
            await #expect(throws: StoreError.self) { try await store.insert(entry(3, grant: "other")) }
            let all = try await store.statusEntries(of: "l1", after: nil, limit: 9)
            #expect(all == [entry(3, grant: "g3"), entry(7, grant: "g7"), entry(99, grant: "g99")])
            #expect(try await store.statusEntries(of: "l1", after: 3, limit: 1).map(\.index) == [7])
            #expect(try await store.statusEntries(of: "other", after: nil, limit: 9).isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `forgets a closed list when no token can name it any more, piece by piece`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            _ = try await store.reserveStatusPlaces(100, orOpen: list("l1"), limit: 9, at: Sample.now)
            for index: Int64 in 0..<5 { try await store.insert(entry(index)) }
            _ = try await store.reserveStatusPlaces(1, orOpen: list("l2"), limit: 9, at: Sample.now)
            try await store.insert(entry(0, of: "l2"))
            let end = Sample.now + .seconds(Retention.statusLists)
            #expect(try await store.sweep(at: end - .seconds(1), keeping: Retention(), limit: 3) == 0)
            #expect(try await store.sweep(at: end, keeping: Retention(), limit: 3) == 3)
            #expect(try await store.statusLists().map(\.id) == ["l1", "l2"])
            #expect(try await store.sweep(at: end, keeping: Retention(), limit: 3) == 3)
            #expect(try await store.statusLists().map(\.id) == ["l2"])
            #expect(try await store.sweep(at: end + .seconds(1_000_000), keeping: Retention(), limit: 3) == 0)
            #expect(try await store.statusEntries(of: "l2", after: nil, limit: 9).count == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `never gives a place twice, however many ask at once`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let reservations = try await withThrowingTaskGroup(of: StatusReservation?.self) { group in
                for caller in 0..<200 {
                    let fresh = list("l-\(caller)", size: 500)
                    group.addTask {
                        try await store.reserveStatusPlaces(7, orOpen: fresh, limit: 100, at: Sample.now)
                    }
                }
                return try await group.reduce(into: [StatusReservation]()) { all, next in
                    if let next { all.append(next) }
                }
            }
            #expect(reservations.count == 200)
            var given: [String: Set<Int64>] = [:]
            for reservation in reservations {
                for place in reservation.places {
                    #expect(given[reservation.list.id, default: []].insert(place).inserted)
                }
            }
            // Of each list but the last 71 blocks of seven and one of three.
            #expect(given.values.map(\.count).sorted() == [392, 500, 500])
        }
    }
}

/// What only a store on a disk can promise.
@Suite struct SQLiteStatusListTests {
    @Test func `a place that was reserved before a crash is not given after it`() async throws {
        let folder = try TemporaryFolder()
        func fresh(_ id: String) -> StatusList {
            StatusList(id: id, key: [1], size: 100, createdAt: Sample.now)
        }
        let first = try await SQLiteStore.open(path: folder.database)
        _ = try await first.reserveStatusPlaces(10, orOpen: fresh("l1"), limit: 9, at: Sample.now)
        await first.close()
        let second = try await SQLiteStore.open(path: folder.database)
        let reservation = try await second.reserveStatusPlaces(10, orOpen: fresh("l2"), limit: 9, at: Sample.now)
        #expect(reservation?.list.id == "l1" && reservation?.places == 10..<20)
        await second.close()
    }

    @Test(arguments: [
        "UPDATE status_list SET reserved = 101", "UPDATE status_list SET size = 0",
        "UPDATE status_list SET reserved = -1",
    ])
    func `a list that says what no list says is damage`(sql: String) async throws {
        let folder = try TemporaryFolder()
        let fresh = StatusList(id: "l1", key: [1], size: 100, createdAt: Sample.now)
        let store = try await SQLiteStore.open(path: folder.database)
        _ = try await store.reserveStatusPlaces(10, orOpen: fresh, limit: 9, at: Sample.now)
        await store.close()
        let raw = try RawDatabase(folder.database)
        try raw.execute(sql)
        try raw.close()
        let opened = try await SQLiteStore.open(path: folder.database)
        await #expect(throws: StoreError.self) { _ = try await opened.statusLists() }
        await #expect(throws: StoreError.self) {
            _ = try await opened.reserveStatusPlaces(10, orOpen: fresh, limit: 9, at: Sample.now)
        }
        await opened.close()
    }
}
