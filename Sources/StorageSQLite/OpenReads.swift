import Dispatch
import Storage
import Synchronization

/// Lets reads into the pool until the store closes, and has the close wait for those that are inside.
///
/// The pool cannot be closed under a read: it gives one that waited a connection that is closed by now, which ends the
/// process, and its close may hold up the threads that the reads inside need to end.
final class OpenReads: Sendable {
    private struct State {
        var inside = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let lastHasLeft = DispatchSemaphore(value: 0)

    func runNow<Result>(_ read: () throws -> Result) throws -> Result {
        try enter()
        defer { leave() }
        return try read()
    }

    func run<Result: Sendable>(_ read: () async throws -> Result) async throws -> Result {
        try enter()
        defer { leave() }
        return try await read()
    }

    /// Later reads throw `.closed`.
    func close() {
        let mustSignal = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed && state.inside == 0
        }
        if mustSignal { lastHasLeft.signal() }
    }

    /// Blocks the calling thread, never one of the cooperative pool, until all have left; once, and after ``close()``.
    func waitUntilAllHaveLeft() { lastHasLeft.wait() }

    private func enter() throws(StoreError) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.inside &+= 1 }
            return state.isClosed
        }
        guard !isClosed else { throw .closed }
    }

    private func leave() {
        let mustSignal = state.withLock { state in
            state.inside &-= 1
            return state.isClosed && state.inside == 0
        }
        if mustSignal { lastHasLeft.signal() }
    }
}
