package import NIOCore

/// Counts how much is left of a limit; a value that only moves when it is asked.
package struct TokenBucket: Sendable {
    private var level: Double
    private var updated: NIODeadline

    package init(full limit: RateLimit, at now: NIODeadline) {
        level = Double(limit.count)
        updated = now
    }

    /// Whether one more request fits; if so it is taken.
    package mutating func take(_ limit: RateLimit, at now: NIODeadline) -> Bool {
        fill(limit, at: now)
        guard level >= 1 else { return false }
        level -= 1
        return true
    }

    /// Whole requests that are left.
    package func remaining(_ limit: RateLimit) -> Int { Int(min(max(level, 0), Double(limit.count))) }

    /// Seconds until one more request fits.
    package func wait(_ limit: RateLimit) -> Int {
        guard level < 1 else { return 0 }
        return max(1, Int(((1 - level) * Double(limit.window) / Double(limit.count)).rounded(.up)))
    }

    /// Seconds until all of the limit is there again.
    package func refill(_ limit: RateLimit) -> Int {
        Int(((Double(limit.count) - level) * Double(limit.window) / Double(limit.count)).rounded(.up))
    }

    package func isFull(_ limit: RateLimit, at now: NIODeadline) -> Bool {
        var copy = self
        copy.fill(limit, at: now)
        return copy.level >= Double(limit.count)
    }

    private mutating func fill(_ limit: RateLimit, at now: NIODeadline) {
        guard now > updated else { return }
        let seconds = Double((now - updated).nanoseconds) / 1e9
        level = min(Double(limit.count), level + seconds * Double(limit.count) / Double(limit.window))
        updated = now
    }
}
