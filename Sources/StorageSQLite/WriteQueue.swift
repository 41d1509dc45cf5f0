import Dispatch
import Foundation
import GRDB
import Storage
import Synchronization

/// Group commit: writes of concurrent callers share one transaction and are answered when it is on the disk.
///
/// One fsync per write would bound the server by the disk. So one thread of its own (never the cooperative pool, which
/// an fsync would stall) takes what is waiting, makes each change, commits once, and then answers all. While it waits
/// for the disk the next batch gathers. A writer that is alone is never delayed; where writers come together, a commit
/// lets those go first who want the same processor, and waits no longer than the disk takes for those who came with the
/// one before.
final class WriteQueue: Sendable {
    private struct State {
        var waiting: [WaitingWrite] = []
        /// Accepted and not answered, in `waiting` or on the thread.
        var unanswered = 0
        /// So many in `waiting` wake the thread; `nil` while it is awake.
        var wakesAt: Int?
        var isClosed = false
        var hasEnded = false
        var onEnd: [@Sendable () -> Void] = []

        mutating func takeWaiting() -> [WaitingWrite] {
            defer { waiting = [] }
            return waiting
        }
    }

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)
    private let limits: SQLiteLimits

    private let onRollback: @Sendable () -> Void

    /// - Parameter onRollback: called whenever anything that a write did is undone, before any other write is made:
    ///   what is remembered beside the database must be forgotten then.
    init(limits: SQLiteLimits, onRollback: @escaping @Sendable () -> Void = {}) {
        self.limits = limits
        self.onRollback = onRollback
    }

    /// Makes a change; returns after its commit. A caller who is cancelled meanwhile still learns how it ended.
    nonisolated(nonsending) func write<Result: Sendable>(
        _ change: @escaping @Sendable (WriteTransaction) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            submit(
                WaitingWrite(
                    perform: { transaction in
                        let result = try change(transaction)
                        return { continuation.resume(returning: result) }
                    },
                    fail: { continuation.resume(throwing: $0) }))
        }
    }

    private func submit(_ write: WaitingWrite) {
        let (refusal, mustWake) = state.withLock { state -> (StoreError?, Bool) in
            guard !state.isClosed else { return (.closed, false) }
            guard state.unanswered < limits.waitingWrites else { return (.busy, false) }
            state.unanswered &+= 1
            state.waiting.append(write)
            guard let enough = state.wakesAt, state.waiting.count >= enough else { return (nil, false) }
            state.wakesAt = nil
            return (nil, true)
        }
        if let refusal { write.fail(refusal) }
        if mustWake { wakeUp.signal() }
    }

    /// Starts the thread. It ends with ``close()`` or ``stop()``, and only then, when nothing more will be written and
    /// the reads, which must be closed before, have ended, the database is closed and the next process let in.
    func start(writingTo pool: DatabasePool, readBy reads: OpenReads, lockedBy lock: DatabaseLock) {
        let thread = Thread { [self] in
            let group = CommitGroup(pool: pool, limits: limits, onRollback: onRollback)
            run(group)
            group.end()
            reads.waitUntilAllHaveLeft()
            // A failure leaves the log, which the next start reads.
            try? pool.close()
            lock.release()
            finish()
        }
        thread.name = "sqlite-writer"
        thread.start()
    }

    /// Takes no more writes, finishes those it has, and ends the thread.
    func close() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.onEnd.append { continuation.resume() } }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
            stop()
        }
    }

    /// The same without waiting for it.
    func stop() {
        let mustWake = state.withLock { state in
            state.isClosed = true
            defer { state.wakesAt = nil }
            return state.wakesAt != nil
        }
        if mustWake { wakeUp.signal() }
    }

    private func finish() {
        let onEnd = state.withLock { state in
            state.hasEnded = true
            defer { state.onEnd = [] }
            return state.onEnd
        }
        for end in onEnd { end() }
    }

    private func run(_ group: CommitGroup) {
        while let batch = nextBatch() {
            var rest = batch[...]
            while !rest.isEmpty {
                let count = group.commit(&rest, joinedBy: takeWaiting)
                state.withLock { $0.unanswered &-= count }
            }
        }
    }

    /// Sleeps until there is something to do; `nil` when there never will be.
    private func nextBatch() -> [WaitingWrite]? {
        while true {
            let (batch, isClosed) = state.withLock { state in
                state.wakesAt = state.waiting.isEmpty && !state.isClosed ? 1 : nil
                return (state.takeWaiting(), state.isClosed)
            }
            guard batch.isEmpty else { return batch }
            guard !isClosed else { return nil }
            wakeUp.wait()
        }
    }

    /// What came while the transaction was being filled may still join it.
    private func takeWaiting(missing: Int, patience: Duration) -> [WaitingWrite] {
        let given = patience > .zero ? afterOthers() : []
        guard given.isEmpty else { return given }
        let (batch, mustWait) = state.withLock { state in
            let mustWait = state.waiting.isEmpty && missing > 0 && patience > .zero && !state.isClosed
            // Not for each one: waking a thread costs more than a write does.
            state.wakesAt = mustWait ? missing - missing / 4 : nil
            return (state.takeWaiting(), mustWait)
        }
        guard mustWait else { return batch }
        _ = wakeUp.wait(timeout: .now() + .nanoseconds(Int(patience / .nanoseconds(1))))
        return state.withLock { state in
            state.wakesAt = nil
            return state.takeWaiting()
        }
    }

    /// What those bring who want this very processor, if they go first: a busy one has requests that end in a write, and
    /// a commit before them would be one more. Where nobody wants it that costs a microsecond, and no time is waited.
    private func afterOthers() -> [WaitingWrite] {
        for _ in 0..<Self.turnsGiven {
            sched_yield()
            let batch = state.withLock { $0.takeWaiting() }
            if !batch.isEmpty { return batch }
        }
        return []
    }

    private static let turnsGiven = 4
}

/// One change waiting for its turn.
struct WaitingWrite: Sendable {
    /// Makes the change in the open transaction; what it returns tells the caller, and is called after the commit.
    let perform: @Sendable (WriteTransaction) throws -> @Sendable () -> Void
    let fail: @Sendable (StoreError) -> Void
}
