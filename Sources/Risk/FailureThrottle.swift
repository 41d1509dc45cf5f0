package import JOSE
import Synchronization

/// How many failures are let pass before the next attempt has to wait.
package struct ThrottlePolicy: Hashable, Sendable {
    /// Failures in a row that cost nothing.
    package var burst: Int64
    /// Failures that are forgotten in an hour.
    package var perHour: Int64

    package init(burst: Int64, perMinute: Int64) {
        self.init(burst: burst, perHour: min(perMinute, .max / 60) * 60)
    }

    package init(burst: Int64, perHour: Int64) {
        self.burst = min(max(1, burst), 1_000_000_000)
        self.perHour = min(max(1, perHour), 1_000_000_000)
    }
}

/// Counts failures by key in a fixed amount of memory, and says how long a key has to wait.
///
/// A count-min sketch of leaky buckets: a stranger who invents keys can neither make it grow nor push an attacker's count
/// out. Two keys share a count only if they collide in every row, so an innocent one is hit about never.
package final class FailureThrottle: Sendable {
    private static let rows = 4
    private static let columnBits = 14
    private static let columns = 1 << columnBits

    private struct Cell {
        /// Thousandths of a failure.
        var level: Int64 = 0
        var updatedAt: Int64 = 0
    }

    /// Cells that no failure has touched take no memory: a page of them is made when one is written to.
    private struct Cells {
        private static let pageSize = 256
        private var pages: [[Cell]]

        init(count: Int) { pages = Array(repeating: [], count: count / Self.pageSize) }

        subscript(index: Int) -> Cell {
            get {
                let page = index / Self.pageSize
                return pages[page].isEmpty ? Cell() : pages[page][index % Self.pageSize]
            }
            set {
                let page = index / Self.pageSize
                if pages[page].isEmpty { pages[page] = Array(repeating: Cell(), count: Self.pageSize) }
                pages[page][index % Self.pageSize] = newValue
            }
        }
    }

    private let policy: ThrottlePolicy
    private let cells = Mutex(Cells(count: rows * columns))

    package init(_ policy: ThrottlePolicy) { self.policy = policy }

    /// Seconds that `key` has to wait before its next attempt is looked at; `nil`: none.
    ///
    /// `pending` attempts whose outcome is not known yet count as failures.
    package func wait(for key: some Hashable, pending: Int64 = 0, at now: NumericDate) -> Int64? {
        let hash = Self.hash(of: key)
        let level = cells.withLock { cells in
            var lowest = Int64.max
            for row in 0..<Self.rows {
                lowest = min(lowest, leaked(cells[Self.index(row, hash)], at: now.secondsSince1970))
            }
            return lowest
        }
        let excess = level + min(max(0, pending), 1_000_000_000) * 1000 - policy.burst * 1000 + 1
        guard excess > 0 else { return nil }
        return (excess * 3600 + policy.perHour * 1000 - 1) / (policy.perHour * 1000)
    }

    package func recordFailure(of key: some Hashable, at now: NumericDate) {
        let hash = Self.hash(of: key)
        let indices = (0..<Self.rows).map { Self.index($0, hash) }
        cells.withLock { cells in
            let levels = indices.map { leaked(cells[$0], at: now.secondsSince1970) }
            // The cap keeps the longest wait short: a flood must not lock anybody out for hours.
            let raised = min((levels.min() ?? 0) + 1000, policy.burst * 2000)
            for (index, level) in zip(indices, levels) {
                cells[index] = Cell(level: max(level, raised), updatedAt: now.secondsSince1970)
            }
        }
    }

    private func leaked(_ cell: Cell, at now: Int64) -> Int64 {
        // A clock that steps back forgets nothing and forgives nothing.
        let elapsed = min(max(0, now &- cell.updatedAt), 86_400)
        return max(0, cell.level - elapsed * policy.perHour * 1000 / 3600)
    }

    /// Swift's hasher is seeded per process, so a stranger cannot choose keys that collide.
    private static func hash(of key: some Hashable) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(key)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// Each row takes bits of the hash that no other takes, so that one hash is enough for all of them.
    private static func index(_ row: Int, _ hash: UInt64) -> Int {
        row * columns + Int(hash >> UInt64(row * columnBits) & UInt64(columns - 1))
    }
}
