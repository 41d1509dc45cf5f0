import JOSE
import Storage
import Synchronization

/// Which mails are on their way, so that runs which overlap send each of them once.
final class MailsUnderway: Sendable {
    private struct State {
        var claimed: Set<String> = []
        /// Taken by the mail server, and still in the outbox.
        var sent: Set<String> = []
        var isReading = false
    }

    private let state = Mutex(State())

    /// Due mails that nobody sends yet, as many as leave `limit` on their way; none while another run looks for some.
    func claim(from outbox: any Outbox, limit: Int, at now: NumericDate) async throws -> [MailItem] {
        let before = state.withLock { state -> Set<String>? in
            guard !state.isReading, state.claimed.count < limit else { return nil }
            state.isReading = true
            return state.claimed
        }
        guard let before else { return [] }
        defer { state.withLock { $0.isReading = false } }
        let due = try await outbox.dueMails(at: now, limit: limit)
        return state.withLock { state in
            // What was on its way when the reading began may have ended since, and is none the less among what was read.
            let free = due.filter { !before.contains($0.id) }.prefix(max(0, limit - state.claimed.count))
            state.claimed.formUnion(free.map(\.id))
            return Array(free)
        }
    }

    func release(_ id: String) { state.withLock { _ = $0.claimed.remove(id) } }

    func wasSent(_ id: String) -> Bool { state.withLock { $0.sent.contains(id) } }

    func noteSent(_ id: String) { state.withLock { _ = $0.sent.insert(id) } }

    func forget(_ id: String) { state.withLock { _ = $0.sent.remove(id) } }
}
