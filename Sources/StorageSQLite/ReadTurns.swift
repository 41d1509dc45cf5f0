import Storage
import Synchronization

/// Lets a fixed number of reads apart from their caller run at once, in the order in which they came; the others wait
/// without a thread.
///
/// Each read in a turn has a connection of the pool, and the pool has more connections than there are turns: so a read
/// of one row never waits behind lists and backups.
final class ReadTurns: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    private let mostWaiting: Int

    init(_ count: Int, mostWaiting: Int) {
        state = Mutex(State(free: max(1, count)))
        self.mostWaiting = mostWaiting
    }

    func run<Result: Sendable>(_ read: () async throws -> Result) async throws -> Result {
        try await take()
        defer { giveBack() }
        return try await read()
    }

    private func take() async throws(StoreError) {
        enum Turn { case now, later, never }
        var turn = Turn.never
        await withCheckedContinuation { continuation in
            turn = state.withLock { state in
                guard state.free == 0 else {
                    state.free &-= 1
                    return .now
                }
                guard state.waiting.count < mostWaiting else { return .never }
                state.waiting.append(continuation)
                return .later
            }
            if turn != .later { continuation.resume() }
        }
        if turn == .never { throw .busy }
    }

    /// Whoever waits longest gets the turn at once, so that it is never up for grabs in between.
    private func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.free &+= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
