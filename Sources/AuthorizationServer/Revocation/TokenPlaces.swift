package import JOSE
package import OAuth
import Synchronization

/// Remembers, in memory of a fixed size, to which resources tokens went that hang from a name, so that the end of a
/// person, a client or a grant is told to those resources only.
///
/// It errs on one side: a resource may be told what does not concern it, but never misses the end of a token that it can
/// be shown. So a place is noted before the token is made, and after a start all resources are told, until the last
/// token of which nothing was noted has expired.
package final class TokenPlaces: Sendable {
    /// The memory that one may take, in bytes.
    package static let limits = (lowest: 65_536, highest: 1_073_741_824)

    private struct State {
        /// Of the last ``lifetime``, and of the one before; nothing is in either at first.
        var current: PlaceFilter?
        var former: PlaceFilter?
        var begunAt: NumericDate
        var isComplete: Bool
    }

    private let state: Mutex<State>
    private let bytes: Int
    private let lifetime: Duration
    private let completeAt: NumericDate

    /// - Parameters:
    ///   - bytes: of memory in all.
    ///   - lifetime: how long a place matters after it was noted: to the end of the longest token.
    ///   - completeAt: from when on every token that lives was noted; the start of an issuer that has made none before.
    package init(bytes: Int, lifetime: Duration, completeAt: NumericDate, at now: NumericDate) {
        self.bytes = min(max(bytes, Self.limits.lowest), Self.limits.highest) / 2
        self.lifetime = lifetime
        self.completeAt = completeAt
        state = Mutex(State(begunAt: now, isComplete: completeAt <= now))
    }

    /// Whether a resource that is not among the places of a name can have no token that hangs from it.
    package var isComplete: Bool { state.withLock { $0.isComplete } }

    /// Of the memory for places, how much is used: above one half a resource is told more and more by mistake.
    package var share: Double {
        state.withLock { state in max(state.current?.share ?? 0, state.former?.share ?? 0) }
    }

    /// Notes that tokens that hang from these names go to these resources. To be called before such a token is made.
    package func note(_ names: [RevocationName], at resources: [ResourceIndicator], now: NumericDate) {
        let hashes = resources.flatMap { resource in
            let place = Self.hash(of: resource)
            return names.map { Self.hash(of: $0, at: place) }
        }
        state.withLock { state in
            pass(to: now, &state)
            for hash in hashes { state.current?.insert(hash) }
        }
    }

    /// Forgets what no living token can have been noted with.
    package func prune(at now: NumericDate) { state.withLock { pass(to: now, &$0) } }

    /// Never two generations at once, so that a clock that jumps ahead and back loses nothing.
    private func pass(to now: NumericDate, _ state: inout State) {
        if completeAt <= now { state.isComplete = true }
        if state.begunAt + lifetime <= now {
            state.former = state.current.flatMap { $0.isEmpty ? nil : $0 }
            state.current = nil
            state.begunAt = now
        }
        if state.current == nil { state.current = PlaceFilter(bytes: bytes) }
    }

    /// Whether the resource may have a token that hangs from the name.
    package func contains(_ name: RevocationName, at resource: ResourceIndicator) -> Bool {
        !concerned([name], at: resource) { $0 }.isEmpty
    }

    /// Of all these, those whose name the resource may have a token of.
    func concerned<Element>(
        _ all: [Element], at resource: ResourceIndicator, name: (Element) -> RevocationName
    ) -> [Element] {
        let place = Self.hash(of: resource)
        let hashes = all.map { Self.hash(of: name($0), at: place) }
        let isConcerned = state.withLock { state in
            hashes.map { hash in
                (state.current?.contains(hash) ?? false) || (state.former?.contains(hash) ?? false)
            }
        }
        return zip(all, isConcerned).filter(\.1).map(\.0)
    }

    // What this process hashes to, which nobody outside can choose names for.

    private static func hash(of resource: ResourceIndicator) -> Int { resource.rawValue.hashValue }

    private static func hash(of name: RevocationName, at place: Int) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(name)
        hasher.combine(place)
        return UInt64(truncatingIfNeeded: hasher.finalize())
    }
}
