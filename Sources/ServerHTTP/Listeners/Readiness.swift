import Synchronization

/// Whether requests should be sent here: what they need works, and the server is not about to stop.
package final class Readiness: Sendable {
    package enum State: Hashable, Sendable {
        case ready, draining
        /// What is missing, in one word.
        case failing(String)
    }

    private struct Check {
        /// Set while a check runs.
        var began: ContinuousClock.Instant?
        var ended: ContinuousClock.Instant?
        /// The store was opened a moment ago.
        var passed = true
    }

    /// A check that takes longer than this has failed.
    private static let patience = Duration.seconds(5)

    private let draining = Atomic<Bool>(false)
    private let last = Mutex(Check())
    private let check: @Sendable () async throws -> Void
    private let failure: String
    private let whole: Readiness?

    /// - Parameter check: throws unless the store can read and write right now.
    package init(check: @escaping @Sendable () async throws -> Void) {
        self.check = check
        failure = "store_unavailable"
        whole = nil
    }

    /// For a part of a process, which is ready if the whole is and the part itself as well.
    /// - Parameter failure: what is missing, in one word, when `check` throws.
    package init(_ whole: Readiness, or failure: String, check: @escaping @Sendable () async throws -> Void) {
        self.check = check
        self.failure = failure
        self.whole = whole
    }

    /// From now on the answer is no, for good.
    package func drain() { draining.store(true, ordering: .releasing) }

    /// Asks the store at most once a second: anybody may ask us, and a check is a durable write.
    package func state() async -> State {
        if let whole {
            let state = await whole.state()
            guard state == .ready else { return state }
        }
        guard !draining.load(ordering: .acquiring) else { return .draining }
        let now = ContinuousClock.now
        let known = last.withLock { last -> Bool? in
            if let began = last.began { return last.passed && now - began < Self.patience }
            if let ended = last.ended, now - ended < .seconds(1) { return last.passed }
            last.began = now
            return nil
        }
        if let known { return known ? .ready : .failing(failure) }
        let passed = (try? await check()) != nil
        last.withLock { $0 = Check(ended: .now, passed: passed) }
        guard !draining.load(ordering: .acquiring) else { return .draining }
        return passed ? .ready : .failing(failure)
    }
}
