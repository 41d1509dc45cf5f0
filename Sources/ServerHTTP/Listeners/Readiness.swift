import Synchronization

/// Whether requests should be sent here: the store works, and the server is not about to stop.
package final class Readiness: Sendable {
    package enum State: Hashable, Sendable { case ready, draining, failing }

    private struct Check {
        var at: ContinuousClock.Instant?
        var passed = false
        var isRunning = false
    }

    private let draining = Atomic<Bool>(false)
    private let last = Mutex(Check())
    private let check: @Sendable () async throws -> Void

    /// - Parameter check: throws unless the store can read and write right now.
    package init(check: @escaping @Sendable () async throws -> Void) { self.check = check }

    /// From now on the answer is no, for good.
    package func drain() { draining.store(true, ordering: .releasing) }

    /// Asks the store at most once a second: anybody may ask us, and a check is a durable write.
    package func state() async -> State {
        guard !draining.load(ordering: .acquiring) else { return .draining }
        let now = ContinuousClock.now
        let known = last.withLock { last -> Bool? in
            if let at = last.at, last.isRunning || now - at < .seconds(1) { return last.passed }
            last.isRunning = last.at != nil
            return nil
        }
        if let known { return known ? .ready : .failing }
        let passed = (try? await check()) != nil
        last.withLock { $0 = Check(at: .now, passed: passed) }
        guard !draining.load(ordering: .acquiring) else { return .draining }
        return passed ? .ready : .failing
    }
}
