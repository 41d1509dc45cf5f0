import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting

/// Makes a fresh store that holds the keys of another one, as if two issuers had been set up from one backup.
struct InMemoryStoreCopy {
    func withKeys(of store: any Store) async throws -> any Store {
        let copy: any Store = InMemoryStore()
        try await copy.save(new: try await store.keys(), changed: [], recording: [])
        return copy
    }
}
