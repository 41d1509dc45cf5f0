package import OAuth
package import Storage
import Synchronization

/// Who a `client_id` belongs to.
package enum RegisteredOwner: Hashable, Sendable {
    case client(RegisteredClient)
    case resource(ProtectedResource)

    package var id: ClientID {
        switch self {
        case .client(let client): client.id
        case .resource(let resource): resource.id
        }
    }

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
/// generation on and notes it for what was changed, and only what has not changed since the read began is kept.
package final class Registry: Sendable {
    private enum Part: Hashable {
        /// A client, or a resource by its `client_id`, with its grants.
        case owner(ClientID)
        case resource(ResourceIndicator)
        /// The grants of every client.
        case grants
    }

    private struct Cached {
        var generation: UInt64 = 0
        /// The generation that each part's last change made.
        var changes: [Part: UInt64] = [:]
        /// What `changes` does not name has not changed since this generation.
        var floor: UInt64 = 0
        var owners: [ClientID: RegisteredOwner] = [:]
        var resources: [ResourceIndicator: ProtectedResource] = [:]
        var grants: [ClientID: [Grant]] = [:]

        mutating func note(_ parts: [Part], capacity: Int) {
            generation &+= 1
            if changes.count >= capacity {
                changes.removeAll(keepingCapacity: true)
                floor = generation
            }
            for part in parts { changes[part] = generation }
        }

        func hasChanged(_ part: Part, since generation: UInt64) -> Bool { changes[part] ?? floor > generation }
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

    /// Moves on with each change of anything; what was read at one generation is asked for with ``hasChanged``.
    package var generation: UInt64 { cached.withLock { $0.generation } }

    /// Whether what a token of `client` at `resource` rests on may have changed since `generation`.
    package func hasChanged(_ client: ClientID, at resource: ResourceIndicator?, since generation: UInt64) -> Bool {
        cached.withLock { cached in
            guard cached.generation != generation else { return false }
            guard let resource else { return true }
            return cached.hasChanged(.owner(client), since: generation)
                || cached.hasChanged(.resource(resource), since: generation)
        }
    }

    package nonisolated(nonsending) func owner(_ id: ClientID) async throws -> RegisteredOwner? {
        let (hit, generation) = cached.withLock { ($0.owners[id], $0.generation) }
        if let hit { return hit }
        let loaded: RegisteredOwner?
        if let client = try await store.client(id) {
            loaded = .client(client)
        } else {
            loaded = try await store.resource(id).map(RegisteredOwner.resource)
        }
        guard let loaded else { return nil }
        keep([.owner(id)], from: generation) { cached, capacity in
            if cached.owners.count >= capacity { cached.owners.removeAll(keepingCapacity: true) }
            cached.owners[id] = loaded
        }
        return loaded
    }

    package nonisolated(nonsending) func resource(
        identifiedBy identifier: ResourceIndicator
    ) async throws -> ProtectedResource? {
        let (hit, generation) = cached.withLock { ($0.resources[identifier], $0.generation) }
        if let hit { return hit }
        guard let loaded = try await store.resource(identifiedBy: identifier) else { return nil }
        keep([.resource(identifier)], from: generation) { cached, capacity in
            if cached.resources.count >= capacity { cached.resources.removeAll(keepingCapacity: true) }
            cached.resources[identifier] = loaded
        }
        return loaded
    }

    /// The live grants of a client, by resource.
    package nonisolated(nonsending) func grants(of client: ClientID) async throws -> [Grant] {
        let (hit, generation) = cached.withLock { ($0.grants[client], $0.generation) }
        if let hit { return hit }
        let loaded = try await store.grants(of: client)
        keep([.owner(client), .grants], from: generation) { cached, capacity in
            if cached.grants.count >= capacity { cached.grants.removeAll(keepingCapacity: true) }
            cached.grants[client] = loaded
        }
        return loaded
    }

    package func forgetClient(_ id: ClientID) {
        origins.forget()
        cached.withLock { cached in
            cached.note([.owner(id)], capacity: capacity)
            cached.owners[id] = nil
            cached.grants[id] = nil
        }
    }

    /// Also forgets every grant, since grants at the resource may have ended with it.
    package func forgetResource(_ id: ClientID, identifier: ResourceIndicator) {
        cached.withLock { cached in
            cached.note([.owner(id), .resource(identifier), .grants], capacity: capacity)
            cached.owners[id] = nil
            cached.resources[identifier] = nil
            cached.grants.removeAll(keepingCapacity: true)
        }
    }

    package func forgetGrants(of client: ClientID) {
        cached.withLock { cached in
            cached.note([.owner(client)], capacity: capacity)
            cached.grants[client] = nil
        }
    }

    private func keep(_ parts: [Part], from generation: UInt64, _ change: (inout Cached, Int) -> Void) {
        cached.withLock { cached in
            guard !parts.contains(where: { cached.hasChanged($0, since: generation) }) else { return }
            change(&cached, capacity)
        }
    }
}
