import Synchronization

/// Lets so many in at once; a bounded number of others wait for their turn, in order.
final class Turnstile: Sendable {
    private struct State {
        var inside = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        /// Of `waiting`, how many have had their turn: taking from the front would move all others.
        var served = 0
    }

    private let state = Mutex(State())
    private let limit: Int
    private let queue: Int

    init(limit: Int, queue: Int) {
        self.limit = limit
        self.queue = queue
    }

    /// `nil` if too many wait already. Whoever was let in is inside until `work` ends.
    func pass<Value: Sendable>(_ work: () async -> Value) async -> Value? {
        guard state.withLock({ $0.inside < limit || $0.waiting.count &- $0.served < queue }) else { return nil }
        await enter()
        defer { leave() }
        return await work()
    }

    private func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.inside >= limit else {
                    state.inside &+= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.served < state.waiting.count else {
                state.inside &-= 1
                state.waiting = []
                state.served = 0
                return nil
            }
            let next = state.waiting[state.served]
            state.served &+= 1
            if state.served >= 64, state.served &* 2 >= state.waiting.count {
                state.waiting.removeFirst(state.served)
                state.served = 0
            }
            return next
        }
        next?.resume()
    }
}
