import JOSE
import OAuth
import Storage
import Synchronization

/// Which logout tokens are on their way, so that runs which overlap send each of them once, and no client is waited for
/// in all places.
final class LogoutsUnderway: Sendable {
    /// On their way at the same time, by all runs together.
    static let atOnce = 64
    /// Of those, to one client.
    static let perClient = 4

    private struct State {
        var claimed: [Int64: ClientID] = [:]
        var isReading = false
    }

    private let state = Mutex(State())

    /// Due tokens that nobody sends yet, as many as there are places; none while another run looks for some.
    func claim(from outbox: any Outbox, at now: NumericDate) async throws -> [LogoutDelivery] {
        let before = state.withLock { state -> [Int64: ClientID]? in
            guard !state.isReading, state.claimed.count < Self.atOnce else { return nil }
            state.isReading = true
            return state.claimed
        }
        guard let before else { return [] }
        defer { state.withLock { $0.isReading = false } }
        let due = try await outbox.dueLogouts(at: now, limit: Self.atOnce, perClient: Self.perClient)
        return state.withLock { state in
            var taken: [ClientID: Int] = [:]
            for client in state.claimed.values { taken[client, default: 0] += 1 }
            var free: [LogoutDelivery] = []
            // What was on its way when the reading began may have ended since, and is still among what was read.
            for delivery in due where before[delivery.id] == nil {
                guard state.claimed.count < Self.atOnce else { break }
                guard taken[delivery.client, default: 0] < Self.perClient else { continue }
                taken[delivery.client, default: 0] += 1
                state.claimed[delivery.id] = delivery.client
                free.append(delivery)
            }
            return free
        }
    }

    func release(_ id: Int64) { state.withLock { _ = $0.claimed.removeValue(forKey: id) } }
}
