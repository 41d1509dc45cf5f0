package import OAuth
package import Storage
import Synchronization

/// Who a `client_id` belongs to.
package enum RegisteredOwner: Hashable, Sendable {
    case client(RegisteredClient)
    case resource(ProtectedResource)

    package var credentials: RegisteredCredentials {
        switch self {
        case .client(let client): client.credentials
        case .resource(let resource): resource.credentials
        }
    }

    package var isEnabled: Bool {
        switch self {
        case .client(let client): client.isEnabled
        case .resource(let resource): resource.isEnabled
        }
    }
}

/// Clients, resources and grants as every request reads them: from memory, and from the store the first time.
///
/// Whoever changes one of them calls `forget…` after the commit and before the answer, so no request that starts after
/// the answer sees the old one. A read that began before the change never puts it back: each `forget` moves the
/// generation on, and only a load of the current generation is kept.
package final class Registry: Sendable {
    private struct Cached {
        var generation: UInt64 = 0
        var owners: [ClientID: RegisteredOwner] = [:]
        var resources: [ResourceIndicator: ProtectedResource] = [:]
        var grants: [ClientID: [Grant]] = [:]
    }

    private let store: any ClientStore & ResourceStore & GrantStore
    private let capacity: Int
    package let origins: RegisteredOrigins
    private let cached = Mutex(Cached())

    package init(store: any ClientStore & ResourceStore & GrantStore, capacity: Int) {
        self.store = store
        self.capacity = max(1, capacity)
        origins = RegisteredOrigins(store: store)
    }

    /// Moves on with each change. What was read at one generation and is used at another may be out of date.
    package var generation: UInt64 { cached.withLock { $0.generation } }

    package func owner(_ id: ClientID) async throws -> RegisteredOwner? {
        let (hit, generation) = cached.withLock { ($0.owners[id], $0.generation) }
        if let hit { return hit }
        let loaded: RegisteredOwner?
        if let client = try await store.client(id) {
            loaded = .client(client)
        } else {
            loaded = try await store.resource(id).map(RegisteredOwner.resource)
        }
        guard let loaded else { return nil }
        keep(from: generation) { cached, capacity in
            if cached.owners.count >= capacity { cached.owners.removeAll(keepingCapacity: true) }
            cached.owners[id] = loaded
        }
        return loaded
    }

    package func resource(identifiedBy identifier: ResourceIndicator) async throws -> ProtectedResource? {
        let (hit, generation) = cached.withLock { ($0.resources[identifier], $0.generation) }
        if let hit { return hit }
        guard let loaded = try await store.resource(identifiedBy: identifier) else { return nil }
        keep(from: generation) { cached, capacity in
            if cached.resources.count >= capacity { cached.resources.removeAll(keepingCapacity: true) }
            cached.resources[identifier] = loaded
        }
        return loaded
    }

    /// The live grants of a client, by resource.
    package func grants(of client: ClientID) async throws -> [Grant] {
        let (hit, generation) = cached.withLock { ($0.grants[client], $0.generation) }
        if let hit { return hit }
        let loaded = try await store.grants(of: client)
        keep(from: generation) { cached, capacity in
            if cached.grants.count >= capacity { cached.grants.removeAll(keepingCapacity: true) }
            cached.grants[client] = loaded
        }
        return loaded
    }

    package func forgetClient(_ id: ClientID) {
        origins.forget()
        cached.withLock { cached in
            cached.generation &+= 1
            cached.owners[id] = nil
            cached.grants[id] = nil
        }
    }

    /// Also forgets every grant, since grants at the resource may have ended with it.
    package func forgetResource(_ id: ClientID, identifier: ResourceIndicator) {
        cached.withLock { cached in
            cached.generation &+= 1
            cached.owners[id] = nil
            cached.resources[identifier] = nil
            cached.grants.removeAll(keepingCapacity: true)
        }
    }

    package func forgetGrants(of client: ClientID) {
        cached.withLock { cached in
            cached.generation &+= 1
            cached.grants[client] = nil
        }
    }

    private func keep(from generation: UInt64, _ change: (inout Cached, Int) -> Void) {
        cached.withLock { cached in
            guard cached.generation == generation else { return }
            change(&cached, capacity)
        }
    }
}
