import Storage
import StorageSQLite
import StorageTesting
import Testing

@Suite(.timeLimit(.minutes(10))) struct `Readers of the SQLite store` {
    @Test func `leave single rows a way past lists that never end`() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore.open(path: folder.database)
        _ = try await store.insert(Sample.client(), recording: Sample.event())
        let raw = try RawDatabase(folder.database)
        try raw.execute("ALTER TABLE audit_event RENAME TO real_event")
        try raw.execute(
            """
            CREATE VIEW audit_event AS
                WITH RECURSIVE number(id) AS (VALUES (1) UNION ALL SELECT id + 1 FROM number) SELECT id FROM number
            """)
        try raw.close()

        let lists = (0..<20).map { _ in Task { _ = try await store.events(AuditQuery()) } }
        let end = ContinuousClock.now + .milliseconds(200)
        repeat {
            #expect(try await store.client(Sample.client().id) != nil)
            #expect(try await store.grants(of: Sample.client().id).isEmpty)
        } while ContinuousClock.now < end
        try await store.backUp(to: folder.file("copy.sqlite"))
        for list in lists { list.cancel() }
        for list in lists { await #expect(throws: (any Error).self) { try await list.value } }
        await store.close()
    }

    @Test func `of one owner leave single rows a connection, however many they are`() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore.open(path: folder.database, limits: SQLiteLimits(readers: 1, lists: 1))
        _ = try await store.insert(Sample.client(), recording: Sample.event())
        for _ in 0..<50 {
            let found = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<40 {
                    group.addTask { try await store.grants(of: Sample.client().id).isEmpty }
                    group.addTask { try await store.client(Sample.client().id) != nil }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(found == Array(repeating: true, count: 80))
        }
        await store.close()
    }

    @Test func `take their turns, and are refused when too many wait`() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore.open(
            path: folder.database, limits: SQLiteLimits(readers: 1, lists: 1, waitingLists: 0))
        for index in 0..<20 { _ = try await store.insert(Sample.client("c\(index)"), recording: Sample.event()) }
        let outcomes = await withTaskGroup(of: Bool?.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do { return try await store.events(AuditQuery()).count == 20 } catch {
                        return error as? StoreError == .busy ? nil : false
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.contains(true) && !outcomes.contains(false))
        #expect(try await store.events(AuditQuery()).count == 20)
        await store.close()
    }

    @Test func `meet the close in their midst and answer that the store is closed`() async throws {
        let folder = try TemporaryFolder()
        for round in 0..<60 {
            // Patient, so that a slow disk is not taken for the end.
            let store = try await SQLiteStore.open(
                path: folder.file("round\(round).sqlite"),
                limits: SQLiteLimits(busyTimeout: .seconds(300), healthDeadline: .seconds(300)))
            _ = try await store.insert(Sample.client(), recording: Sample.event())
            let ends = await withTaskGroup(of: (any Error)?.self) { group in
                for reader in 0..<12 {
                    group.addTask { await end(of: reader, in: store) }
                }
                group.addTask {
                    try? await Task.sleep(for: .microseconds(50 * round))
                    await store.close()
                    return nil
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(ends.compactMap { $0 as? StoreError } == Array(repeating: .closed, count: 12))
        }
    }

    /// Reads until there is an error, each reader in its own way.
    private func end(of reader: Int, in store: SQLiteStore) async -> any Error {
        while true {
            do {
                // Some reads never let go of their thread, and the close needs one.
                try await Task.sleep(for: .microseconds(20))
                switch reader % 4 {
                case 0: _ = try await store.events(AuditQuery())
                case 1: _ = try await store.grants(of: Sample.client().id)
                case 2: try await store.checkHealth()
                default: _ = try await store.client(Sample.client().id)
                }
            } catch { return error }
        }
    }
}
