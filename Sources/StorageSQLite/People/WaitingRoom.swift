import Synchronization

/// How many requests may be stored before those that wait are counted again: counting each time would take longer than
/// storing. What is spent or expires meanwhile only leaves more room than is known here.
final class WaitingRoom: Sendable {
    private let state = Mutex<(room: Int, limit: Int)>((0, 0))

    /// Takes a place; `true` if none is known to be left.
    func isToBeCounted(limit: Int) -> Bool {
        state.withLock { state in
            guard state.limit == limit, state.room > 0 else { return true }
            state.room -= 1
            return false
        }
    }

    /// `room` were free, one of which is taken now.
    func note(room: Int, limit: Int) { state.withLock { $0 = (room - 1, limit) } }
}
