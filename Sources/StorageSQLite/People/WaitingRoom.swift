import Synchronization

/// How many requests may be stored before those that wait are counted again: counting each time would take longer than
/// storing. What is spent or expires meanwhile only leaves more room than is known here.
final class WaitingRoom: Sendable {
    private struct Room {
        var places = 0
        var limit = 0
    }

    private struct Rooms {
        var vouched = Room()
        var others = Room()

        subscript(isVouched: Bool) -> Room {
            get { isVouched ? vouched : others }
            set { if isVouched { vouched = newValue } else { others = newValue } }
        }
    }

    private let rooms = Mutex(Rooms())

    /// Takes a place; `true` if none is known to be left.
    func isToBeCounted(isVouched: Bool, limit: Int) -> Bool {
        rooms.withLock { rooms in
            guard rooms[isVouched].limit == limit, rooms[isVouched].places > 0 else { return true }
            rooms[isVouched].places -= 1
            return false
        }
    }

    /// `room` were free, one of which is taken now.
    func note(room: Int, isVouched: Bool, limit: Int) {
        rooms.withLock { $0[isVouched] = Room(places: room - 1, limit: limit) }
    }

    /// What made the room was undone: the next request counts.
    func forget() { rooms.withLock { $0 = Rooms() } }
}
