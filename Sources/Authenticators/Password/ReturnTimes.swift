package import JOSE
import Synchronization

/// Tells those who find the line of a ``PasswordHasher`` full when to come again: not all of them in the same second.
///
/// A crowd that is told one time comes back as a crowd, finds the line full again, and everybody else's requests wait
/// behind it each time.
package final class ReturnTimes: Sendable {
    static let seconds: ClosedRange<Int64> = 2...30

    private struct State {
        /// The second that is being filled, and how many were told to come in it.
        var second = NumericDate(secondsSince1970: .min)
        var told = 0
    }

    private let perSecond: Int
    private let state = Mutex(State())

    init(perSecond: Int) { self.perSecond = max(1, perSecond) }

    /// Seconds that the one who asks now should wait.
    package func next(at now: NumericDate) -> Int64 {
        let earliest = now + .seconds(Self.seconds.lowerBound)
        let latest = now + .seconds(Self.seconds.upperBound)
        return state.withLock { state in
            if state.second < earliest || state.second > latest {
                state = State(second: earliest)
            } else if state.told >= perSecond, state.second < latest {
                state = State(second: state.second + .seconds(1))
            }
            state.told &+= 1
            return (state.second - now).components.seconds
        }
    }
}
