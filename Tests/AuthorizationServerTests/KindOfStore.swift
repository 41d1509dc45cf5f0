import FoundationEssentials
import Storage
import StorageSQLite
import StorageTesting
import Testing

/// Every store that races are tried over.
enum KindOfStore: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory, sqlite

    var testDescription: String { rawValue }

    /// Runs `body` on an empty store, and takes away all of it afterwards.
    func run(_ body: (any Store) async throws -> Void) async throws {
        guard self == .sqlite else { return try await body(InMemoryStore()) }
        let folder = FileManager.default.temporaryDirectory.appending(path: "tessera-feed-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try await SQLiteStore.open(path: folder.appending(path: "store.sqlite").path)
        do { try await body(store) } catch {
            await store.close()
            throw error
        }
        await store.close()
    }
}
