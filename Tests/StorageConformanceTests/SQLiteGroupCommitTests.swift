import Foundation
import JOSE
import OAuth
import Storage
import StorageSQLite
import StorageTesting
import Testing

/// Group commit: answered after the commit, alone in failure, bounded in waiting.
@Suite(.timeLimit(.minutes(10))) struct SQLiteGroupCommitTests {
    private let folder: TemporaryFolder
    private let until = Sample.now + .seconds(60)

    init() throws { folder = try TemporaryFolder() }

    /// What is on the disk, read from a copy of the files as a crash would leave them.
    private func claimsAfterCrash(_ name: String) throws -> Int? {
        let copy = folder.file(name)
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: folder.database + suffix, toPath: copy + suffix)
        }
        return try RawDatabase(copy).integer("SELECT count(*) FROM replay_claim")
    }

    @Test func `what was answered survives the end of the process`() async throws {
        let store = try await SQLiteStore.open(path: folder.database)
        for round in 1...5 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<64 {
                    group.addTask {
                        _ = try await store.claim("\(round)-\(caller)", in: .clientAssertion("a"), until: until)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try claimsAfterCrash("copy\(round)") == round * 64)
        }
        await store.close()
        let reopened = try await SQLiteStore.open(path: folder.database)
        #expect(try await reopened.claim("3-17", in: .clientAssertion("a"), until: until) == false)
        await reopened.close()
    }

    @Test func `concurrent writes share commits`() async throws {
        let limits = SQLiteLimits(waitingWrites: 200, busyTimeout: .seconds(240))
        let store = try await SQLiteStore.open(path: folder.database, limits: limits)
        let size = try logSize()
        // Somebody else writes until the line is full, so that the writes are there together however they arrive.
        let holder = try RawDatabase(folder.database)
        try holder.execute("BEGIN IMMEDIATE")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<300 {
                group.addTask { _ = try? await store.claim("\(caller)", in: .clientAssertion("a"), until: until) }
            }
            for _ in 0..<100 { try await group.next() }
            try holder.execute("COMMIT")
            try await group.waitForAll()
        }
        #expect(try RawDatabase(folder.database).integer("SELECT count(*) FROM replay_claim") == 200)
        // A commit of its own writes at least one page of table and one of index for each.
        #expect(try logSize() - size < 200 * 2 * 4096 / 3)
        await store.close()
    }

    private func logSize() throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.database + "-wal")
        return (attributes[.size] as? Int) ?? 0
    }

    @Test func `a change that fails fails alone`() async throws {
        let store = try await SQLiteStore.open(path: folder.database)
        try await store.save(new: [Sample.key("taken")], changed: [], recording: [])
        let outcomes = try await withThrowingTaskGroup(of: Bool?.self) { group in
            for caller in 0..<200 {
                group.addTask {
                    guard caller.isMultiple(of: 5) else {
                        return try await store.claim("\(caller)", in: .clientAssertion("a"), until: until)
                    }
                    do {
                        try await store.save(
                            new: [Sample.key("k\(caller)"), Sample.key("taken")], changed: [],
                            recording: [Sample.event()])
                        return false
                    } catch is StoreError { return nil }
                }
            }
            return try await group.reduce(into: [Bool?]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == true } == 160 && outcomes.count { $0 == nil } == 40)
        #expect(try await store.keys().map(\.id.rawValue) == ["taken"])
        #expect(try await store.events(AuditQuery()).isEmpty)
        await store.close()
    }

    /// Makes the claim of `poison` run `sql`.
    private func trap(_ setUp: String, _ sql: String) async throws -> SQLiteStore {
        let first = try await SQLiteStore.open(path: folder.database)
        await first.close()
        let raw = try RawDatabase(folder.database)
        try raw.execute(
            "\(setUp); CREATE TRIGGER trap AFTER INSERT ON replay_claim WHEN new.id = 'poison' BEGIN \(sql); END")
        try raw.close()
        return try await SQLiteStore.open(path: folder.database)
    }

    @Test(arguments: [
        // Found out only by COMMIT.
        (
            "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INTEGER REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
            "INSERT INTO c VALUES (1)"
        ),
        // Ends the transaction under all who take part in it.
        ("SELECT 1", "SELECT RAISE(ROLLBACK, 'no')"),
    ])
    func `a lost transaction is answered with an error to all of it`(setUp: String, sql: String) async throws {
        let store = try await trap(setUp, sql)
        let outcomes = await withTaskGroup(of: (String, Bool?).self) { group in
            for id in ["a", "b", "poison", "c", "d"] {
                group.addTask { (id, try? await store.claim(id, in: .clientAssertion("x"), until: until)) }
            }
            return await group.reduce(into: [String: Bool?]()) { $0[$1.0] = .some($1.1) }
        }
        #expect(outcomes["poison"] == .some(nil))
        // Whoever was told that it was done finds it done, whoever was told nothing can do it now.
        for (id, outcome) in outcomes where id != "poison" {
            let isNew = try await store.claim(id, in: .clientAssertion("x"), until: until)
            #expect(isNew == (outcome == nil))
        }
        await store.close()
    }

    @Test func `more than may wait are told that it is busy`() async throws {
        // Nobody is refused because the holder took long: on a busy machine its COMMIT comes when it comes.
        let limits = SQLiteLimits(waitingWrites: 20, busyTimeout: .seconds(240))
        let store = try await SQLiteStore.open(path: folder.database, limits: limits)
        let holder = try RawDatabase(folder.database)
        try holder.execute("BEGIN IMMEDIATE")
        let refused = await withTaskGroup(of: Bool.self) { group in
            for caller in 0..<60 {
                group.addTask {
                    do {
                        _ = try await store.claim("\(caller)", in: .clientAssertion("a"), until: until)
                        return false
                    } catch { return error as? StoreError == .busy }
                }
            }
            // Those above the bound are refused at once, before the holder lets go.
            var refused = 0
            for await isRefused in group {
                if isRefused { refused += 1 }
                if refused == 40 { try? holder.execute("COMMIT") }
            }
            return refused
        }
        #expect(refused == 40)
        await store.close()
    }

    @Test func `a database held by another program is busy in two seconds, and reads go on`() async throws {
        let store = try await SQLiteStore.open(path: folder.database)
        _ = try await store.insert(Sample.client(), recording: Sample.event())
        let holder = try RawDatabase(folder.database)
        try holder.execute("BEGIN IMMEDIATE")
        let clock = ContinuousClock()
        let start = clock.now
        let write = Task { try await store.claim("x", in: .clientAssertion("a"), until: until) }
        for _ in 0..<20 {
            #expect(try await store.client(Sample.client().id) != nil)
            #expect(try await store.clients(after: nil, limit: 5).count == 1)
        }
        await #expect(throws: StoreError.busy) { _ = try await write.value }
        // Two seconds, and as much again and more on a machine that is busy with other things.
        #expect((.seconds(1.5)..<(.seconds(60))).contains(clock.now - start))
        #expect(try await store.client(Sample.client().id) != nil)
        try holder.execute("COMMIT")
        #expect(try await store.claim("x", in: .clientAssertion("a"), until: until))
        await store.close()
    }

    @Test func `a health check does not wait for ever`() async throws {
        let limits = SQLiteLimits(busyTimeout: .seconds(300), healthDeadline: .milliseconds(200))
        let store = try await SQLiteStore.open(path: folder.database, limits: limits)
        try await store.checkHealth()
        let holder = try RawDatabase(folder.database)
        try holder.execute("BEGIN IMMEDIATE")
        let clock = ContinuousClock()
        let start = clock.now
        await #expect(throws: StoreError.busy) { try await store.checkHealth() }
        #expect(clock.now - start < .seconds(120))
        try holder.execute("COMMIT")
        await store.close()
    }

    @Test func `a caller who is cancelled loses nothing and breaks nothing`() async throws {
        let store = try await SQLiteStore.open(path: folder.database)
        let tasks = (0..<200).map { caller in
            Task { try await store.claim("\(caller)", in: .clientAssertion("a"), until: until) }
        }
        for task in tasks.enumerated() where task.offset.isMultiple(of: 2) { task.element.cancel() }
        for task in tasks { #expect(try await task.value) }
        for caller in 0..<200 {
            #expect(try await store.claim("\(caller)", in: .clientAssertion("a"), until: until) == false)
        }
        await store.close()
    }

    @Test func `closing finishes what was accepted`() async throws {
        let store = try await SQLiteStore.open(path: folder.database)
        let tasks = (0..<300).map { caller in
            Task { try? await store.claim("\(caller)", in: .clientAssertion("a"), until: until) }
        }
        await Task.yield()
        await store.close()
        var done = 0
        for task in tasks { if await task.value == true { done += 1 } }
        #expect(try RawDatabase(folder.database).integer("SELECT count(*) FROM replay_claim") == done)
    }
}
