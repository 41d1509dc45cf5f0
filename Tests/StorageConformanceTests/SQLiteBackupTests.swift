import Foundation
import OAuth
import Storage
import StorageSQLite
import StorageTesting
import Testing

/// Backups: made while others write, complete, private, and good for a start.
@Suite(.timeLimit(.minutes(5))) struct SQLiteBackupTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `a backup made under writes opens and holds all that was answered before it`() async throws {
        let store = try await SQLiteStore.open(path: folder.database)
        var client = Sample.client()
        client.credentials.secrets = [Sample.secret()]
        _ = try await store.insert(client, recording: Sample.event())
        let writer = Task {
            var count = 0
            while !Task.isCancelled {
                // Two rows in one transaction: a copy has both or none.
                try await store.save(
                    new: [Sample.key("a\(count)"), Sample.key("b\(count)")], changed: [], recording: [])
                count += 1
            }
            return count
        }
        while try await store.keys().count < 20 { try await Task.sleep(for: .milliseconds(2)) }
        let answered = try await store.keys().count
        try await store.backUp(to: folder.file("backup.sqlite"))
        writer.cancel()
        let written = try await writer.value
        await store.close()

        #expect(mode(of: folder.file("backup.sqlite")) == 0o600)
        #expect(mode(of: folder.file("backup.sqlite.partial")) == nil)
        let restored = try await SQLiteStore.open(path: folder.file("backup.sqlite"))
        #expect(try await restored.client(client.id) == client)
        let keys = try await restored.keys().count
        #expect(keys.isMultiple(of: 2) && keys >= answered && keys <= 2 * written)
        _ = try await restored.claimIssuer("https://a.example")
        await restored.close()
        #expect(try RawDatabase(folder.file("backup.sqlite")).texts("PRAGMA integrity_check") == ["ok"])
    }

    @Test func `a backup never replaces a file`() async throws {
        let store = try await SQLiteStore.open(path: folder.database)
        let path = folder.file("precious")
        try Data("mine".utf8).write(to: URL(filePath: path))
        await #expect(throws: SQLiteBackupError.exists(path)) { try await store.backUp(to: path) }
        await #expect(throws: SQLiteBackupError.exists(folder.database)) { try await store.backUp(to: folder.database) }
        #expect(try Data(contentsOf: URL(filePath: path)) == Data("mine".utf8))
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link"), withDestinationPath: folder.file("elsewhere"))
        await #expect(throws: SQLiteBackupError.self) { try await store.backUp(to: folder.file("link")) }
        #expect(mode(of: folder.file("elsewhere")) == nil)
        try Data("mine".utf8).write(to: URL(filePath: folder.file("new.partial")))
        await #expect(throws: SQLiteBackupError.self) { try await store.backUp(to: folder.file("new")) }
        #expect(try Data(contentsOf: URL(filePath: folder.file("new.partial"))) == Data("mine".utf8))
        await store.close()
    }

    @Test func `a backup into a folder that is missing says so and leaves nothing`() async throws {
        let store = try await SQLiteStore.open(path: folder.database)
        await #expect(throws: SQLiteBackupError.self) { try await store.backUp(to: folder.file("none/backup")) }
        await store.close()
        await #expect(throws: SQLiteBackupError.self) { try await store.backUp(to: folder.file("late")) }
        #expect(mode(of: folder.file("late")) == nil)
        #expect(mode(of: folder.file("late.partial")) == nil)
    }
}
