import Synchronization

/// Counts what happens somewhere else.
final class Tally: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .acquiring) }
    func add(_ more: Int = 1) { count.add(more, ordering: .acquiringAndReleasing) }
}
