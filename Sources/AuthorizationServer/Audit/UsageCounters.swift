import JOSE
import OAuth
import Storage
import Synchronization

/// Counts who used what, in memory, until ``flush(to:)`` makes it durable.
final class UsageCounters: Sendable {
    private let pending = Mutex<[UsageKey: Int64]>([:])

    func count(_ kind: UsageKey.Kind, client: ClientID?, resource: ResourceIndicator?, at now: NumericDate) {
        let key = UsageKey(
            client: client?.rawValue ?? "", resource: resource?.rawValue ?? "", minute: now.secondsSince1970 / 60,
            kind: kind)
        pending.withLock { $0[key, default: 0] += 1 }
    }

    /// Writes what has gathered; what cannot be written stays for the next time.
    func flush(to store: any UsageStore) async throws {
        let counts = pending.withLock { pending in
            let counts = pending
            pending = [:]
            return counts
        }
        guard !counts.isEmpty else { return }
        do {
            try await store.add(counts)
        } catch {
            pending.withLock { $0.merge(counts, uniquingKeysWith: +) }
            throw error
        }
    }
}
