import JOSE
package import OAuth
package import Storage
import Synchronization

/// The status lists of an issuer (draft-ietf-oauth-status-list): which index a grant's tokens name, and which of them have
/// been revoked.
///
/// A grant has one index at each resource; its tokens share it, so that nothing is written when one is made. It gets
/// another one when what it had is set and it goes on (its counters were advanced), and when its list is full: so a list
/// dies a day after its last index was given, however long its grants live. Bits follow from the entries and from what has
/// ended; only the entries are stored.
package final class StatusLists: Sendable {
    private struct State {
        var lists: [String: LiveStatusList] = [:]
        /// Where new indexes come from.
        var open: String?
        var generation = 0
    }

    let issuer: Issuer
    let policy: StatusListPolicy
    private let store: any StatusListStore
    private let indexes: StatusIndexes
    private let state = Mutex(State())
    /// What is for this server alone, where nobody asks a list.
    private let own: Set<ResourceIndicator>

    package init(issuer: Issuer, policy: StatusListPolicy, store: any StatusListStore, secrets: SecretGenerator) {
        self.issuer = issuer
        self.policy = policy
        self.store = store
        indexes = StatusIndexes(store: store, policy: policy, secrets: secrets)
        own = Set([.userInfo, .administration].map { ResourceIndicator(unchecked: issuer.url(of: $0)) })
    }

    private static let page = 10_000

    /// Reads all lists; those of before it was turned off, too.
    func load(knowing revocations: RevocationList) async throws {
        for list in try await store.statusLists() {
            var live = LiveStatusList(list)
            var last: Int64?
            while true {
                let entries = try await store.statusEntries(of: list.id, after: last, limit: Self.page)
                for entry in entries {
                    live.add(entry)
                    if revocations.hasEnded(entry) { live.set(entry.index) }
                }
                guard entries.count == Self.page, let end = entries.last else { break }
                last = end.index
            }
            state.withLock { state in
                state.lists[list.id] = live
                if list.closedAt == nil { state.open = list.id }
            }
        }
    }

    func url(of list: String) -> String { issuer.url(of: .statusLists) + "/" + list }

    /// What a JWT with these claims is to say of its status; `nil` for one that names no list.
    ///
    /// Only the first token of a grant at a resource waits for the store.
    nonisolated(nonsending) func reference(
        for claims: AccessTokenClaims, knowing revocations: RevocationList, at now: NumericDate
    ) async throws -> StatusReference? {
        guard let resource = claims.audience.first, policy.covers(resource), !own.contains(resource) else {
            return nil
        }
        if let known = known(claims, at: resource) { return known }
        let drawn = try await indexes.next(at: now)
        let entry = StatusEntry(
            list: drawn.list.id, index: drawn.index, grant: claims.grant, subject: claims.subject,
            client: claims.clientID, resource: resource, epochs: claims.epochs)
        try await store.insert(entry)
        add(entry, drawn, at: now)
        // What ended since the counters of the token were read found nothing here to set.
        if revocations.hasEnded(entry) { state.withLock { $0.lists[entry.list]?.set(entry.index) } }
        return StatusReference(index: entry.index, uri: url(of: entry.list))
    }

    private func known(_ claims: AccessTokenClaims, at resource: ResourceIndicator) -> StatusReference? {
        let found = state.withLock { state -> (list: String, index: Int64)? in
            guard let open = state.open, let index = state.lists[open]?.index(for: claims, at: resource) else {
                return nil
            }
            return (open, index)
        }
        return found.map { StatusReference(index: $0.index, uri: url(of: $0.list)) }
    }

    private func add(_ entry: StatusEntry, _ drawn: DrawnIndex, at now: NumericDate) {
        state.withLock { state in
            if state.lists[entry.list] == nil { state.lists[entry.list] = LiveStatusList(drawn.list) }
            if state.generation < drawn.generation {
                if let full = state.open, full != entry.list { state.lists[full]?.closedAt = now }
                state.open = entry.list
                state.generation = drawn.generation
            } else if state.open != entry.list, state.lists[entry.list]?.closedAt == nil {
                // A later list was begun while this entry was written.
                state.lists[entry.list]?.closedAt = now
            }
            state.lists[entry.list]?.add(entry)
        }
    }

    /// Sets the bits of what has ended, before whoever ended it is answered. A single token has no bit of its own.
    func apply(_ changes: [RevocationChange]) {
        state.withLock { state in
            // Of a copy, or each list would be copied before it is changed.
            for id in Array(state.lists.keys) {
                for change in changes {
                    switch change {
                    case .grant(let grant, _): state.lists[id]?.end(grant)
                    case .counter(let key, let value, _): state.lists[id]?.end(key, value)
                    case .token, .key: continue
                    }
                }
            }
        }
    }

    /// Forgets lists that no living token names.
    func prune(at now: NumericDate) {
        state.withLock { state in
            for (id, list) in state.lists {
                guard let closed = list.closedAt, closed + .seconds(Retention.statusLists) <= now else { continue }
                state.lists[id] = nil
            }
        }
    }

    /// The bits of a list, and a number that changes with them.
    func content(of list: String) -> (bits: [UInt8], version: UInt64)? {
        state.withLock { state in state.lists[list].map { ($0.bits, $0.version) } }
    }

    func version(of list: String) -> UInt64? { state.withLock { $0.lists[list]?.version } }

    /// Lists, and indexes that grants have in them.
    package var counts: (lists: Int, indexes: Int) {
        state.withLock { ($0.lists.count, $0.lists.values.reduce(0) { $0 &+ $1.count }) }
    }
}
