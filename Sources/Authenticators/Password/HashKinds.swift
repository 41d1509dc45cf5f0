import Synchronization

/// Which kinds of hashes the people here have, so that a refusal takes equally long whichever of them it was about.
///
/// A hash of another system takes another time than our own. Whoever is refused therefore costs one of each kind: else
/// an account that came with an import could be told from a name that nobody has.
final class HashKinds: Sendable {
    /// More kinds than imports usually bring along; each makes every refusal dearer.
    static let capacity = 5
    /// A hash of more memory has one place for all threads: to spend it on each refusal would have them wait for one another.
    private let largest: Int
    private let kinds: Mutex<[PasswordHash]>

    /// Begins with the kind of new hashes.
    init(_ own: PasswordHash) {
        largest = own.arenaBytes
        kinds = Mutex([own.likeness])
    }

    var count: Int { kinds.withLock { $0.count } }

    /// Remembers the kind of `hash`; returns one of each other kind.
    @discardableResult
    func others(than hash: PasswordHash) -> [PasswordHash] {
        let kind = hash.likeness
        return kinds.withLock { kinds in
            let isNew = kind.arenaBytes <= largest && !kinds.contains(kind)
            if isNew, kinds.count < Self.capacity { kinds.append(kind) }
            return kinds.filter { $0 != kind }
        }
    }
}
