import Storage
import StorageSQLite
import StorageTesting
import Testing

/// Every store that must keep the promises.
enum StoreUnderTest: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory, sqlite

    var testDescription: String { rawValue }

    /// Runs `body` on an empty store, and takes away all of it afterwards.
    func run(_ body: (any Store) async throws -> Void) async throws {
        switch self {
        case .memory:
            try await body(InMemoryStore())
        case .sqlite:
            let folder = try TemporaryFolder()
            let store = try await SQLiteStore.open(path: folder.database)
            do { try await body(store) } catch {
                await store.close()
                throw error
            }
            await store.close()
        }
    }
}
