public import JOSE

/// What a reader that works by itself knows of time: the calendar, a clock that only counts, and how to wait.
public struct ReaderClock: Sendable {
    /// The time of the calendar.
    public let now: @Sendable () -> NumericDate
    /// Time passed since a moment that stays the same while the program runs; nobody sets it.
    public let uptime: @Sendable () -> Duration
    public let sleep: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - clock: one that only counts and also counts while the machine sleeps: `ContinuousClock()`.
    ///   - now: the time of the calendar, such as `Date()` says it.
    public init(_ clock: some Clock<Duration>, now: @escaping @Sendable () -> NumericDate) {
        let start = clock.now
        self.now = now
        uptime = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(for: $0) }
    }
}
