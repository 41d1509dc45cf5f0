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
}
