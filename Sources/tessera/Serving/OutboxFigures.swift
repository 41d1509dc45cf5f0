import ServerHTTP
import Storage
import Synchronization

/// How much waits in the outbox, as metrics show it.
final class OutboxFigures: Sendable {
    private let counts = Mutex<(mails: Int, logouts: Int)>((0, 0))

    func refresh(from store: any Outbox) async throws {
        let now = try await store.outboxCounts()
        counts.withLock { $0 = now }
    }

    func add(to metrics: MetricsRegistry) {
        metrics.add("tessera_outbox_waiting", "Mails and logout tokens that are not delivered yet.") { [self] in
            let counts = counts.withLock { $0 }
            return [([("kind", "mail")], Double(counts.mails)), ([("kind", "logout")], Double(counts.logouts))]
        }
    }
}
