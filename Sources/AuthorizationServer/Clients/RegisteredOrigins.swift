import OAuth
import Storage
import Synchronization

/// The origins of browser clients, as every CORS answer reads them: a snapshot that is made anew after a client changes.
package final class RegisteredOrigins: Sendable {
    private struct State {
        var origins: Set<String> = []
        var generation: UInt64 = 1
        /// The generation that `origins` was read at.
        var loaded: UInt64 = 0
    }

    private let store: any ClientStore
    private let state = Mutex(State())
    private static let pageSize = 500

    init(store: any ClientStore) { self.store = store }

    /// Whether an enabled public client registered the origin, byte for byte.
    package func allows(_ origin: String) -> Bool {
        // Strings compare by canonical equivalence; over ASCII that is equality of bytes.
        guard origin.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
        return state.withLock { $0.origins.contains(origin) }
    }

    func forget() { state.withLock { $0.generation &+= 1 } }

    /// Reads the origins of all clients if one has changed since they were read.
    func refresh() async throws {
        let generation = state.withLock { $0.generation == $0.loaded ? nil : $0.generation }
        guard let generation else { return }
        var origins: Set<String> = []
        var last: ClientID?
        while true {
            let page = try await store.clients(after: last, limit: Self.pageSize)
            for client in page where client.isEnabled && client.credentials.method == .none {
                origins.formUnion(client.allowedOrigins)
            }
            guard page.count == Self.pageSize, let end = page.last?.id else { break }
            last = end
        }
        state.withLock { state in
            state.origins = origins
            state.loaded = generation
        }
    }
}

extension OpenIDProvider {
    /// Whether scripts of this origin may call the endpoints of the issuer; a change is seen within a second.
    package func allowsOrigin(_ origin: String) -> Bool { registry.origins.allows(origin) }
}
