import Synchronization

/// Which kinds of hashes the people here have, so that a refusal takes equally long whichever of them it was about.
///
/// A hash of another system takes another time than our own. Whoever is refused therefore costs one of each kind: else
/// an account that came with an import could be told from a name that nobody has.
final class HashKinds: Sendable {
    /// More kinds than imports usually bring along; each makes every refusal dearer.
    static let capacity = 5
    /// How many times the work of our own hash one of another kind may be: else one account that came with a dear hash
    /// would set the price of everybody's refusals, and the line would be full of a few strangers.
    static let dearest = 12
    /// A hash of more memory has one place for all threads: to spend it on each refusal would have them wait for one
    /// another.
    private let largest: Int
    private let mostWork: Int
    private let kinds: Mutex<[PasswordHash]>

    /// Begins with the kind of new hashes.
    init(_ own: PasswordHash) {
        largest = own.arenaBytes
        mostWork = own.work &* Self.dearest
        kinds = Mutex([own.likeness])
    }

    var count: Int { kinds.withLock { $0.count } }

    /// Remembers the kind of `hash`, unless it is too dear; returns one of each other kind.
    @discardableResult
    func others(than hash: PasswordHash) -> [PasswordHash] {
        let kind = hash.likeness
        return kinds.withLock { kinds in
            let isAffordable = kind.arenaBytes <= largest && kind.work <= mostWork
            if isAffordable, kinds.count < Self.capacity, !kinds.contains(kind) { kinds.append(kind) }
            return kinds.filter { $0 != kind }
        }
    }
}
