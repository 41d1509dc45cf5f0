import Dispatch
// All of Foundation: Thread is not part of FoundationEssentials.
import Foundation
import Glibc
import Synchronization

/// Threads that only hash, and the bounded line in front of them.
///
/// One hash keeps a core busy for tens of milliseconds, so it may run neither on an event loop nor on the cooperative
/// pool. Whoever does not fit into the line is refused at once: a flood of sign-ins costs a constant amount of memory.
package final class HashQueue: Sendable {
    /// Work of one caller.
    package struct Waiting: Sendable {
        let number: UInt64
        /// Computes, on a hashing thread with the memory of that thread, and answers the caller.
        let perform: @Sendable (HashArena) -> Void
        let fail: @Sendable (PasswordHasherError) -> Void

        package init(
            number: UInt64, perform: @escaping @Sendable (HashArena) -> Void,
            fail: @escaping @Sendable (PasswordHasherError) -> Void
        ) {
            self.number = number
            self.perform = perform
            self.fail = fail
        }
    }

    private struct State {
        var waiting: [Waiting] = []
        var nextNumber: UInt64 = 0
        var isClosed = false
        var measures = PasswordHasherMeasures()
    }

    private let state = Mutex(State())
    /// Signalled once for each piece of work and, at the end, for each thread.
    private let wakeUp = DispatchSemaphore(value: 0)
    /// A hash that needs more than the arena of its thread waits for the only place there is for such ones.
    private let oversized = Mutex(())
    private let settings: PasswordHasherSettings

    init(_ settings: PasswordHasherSettings) { self.settings = settings }

    func start() {
        for number in 1...settings.threads {
            let thread = Thread { [self] in
                // Linux counts niceness for each thread: requests that only need a token go before sign-ins.
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
                run(HashArena(size: settings.parameters.arenaBytes))
            }
            thread.name = "password-\(number)"
            thread.start()
        }
    }

    /// Fails what waits and ends the threads.
    func stop() {
        let abandoned = state.withLock { state in
            guard !state.isClosed else { return [Waiting]() }
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for work in abandoned { work.fail(.closed) }
        for _ in 0..<settings.threads { wakeUp.signal() }
    }

    var measures: PasswordHasherMeasures {
        state.withLock { state in
            var measures = state.measures
            measures.waiting = state.waiting.count
            return measures
        }
    }

    /// Whether whoever came now would be refused.
    package var isFull: Bool { state.withLock { $0.waiting.count >= settings.waiting } }

    /// A number by which waiting work can be given up.
    package func reserveNumber() -> UInt64 {
        state.withLock { state in
            state.nextNumber &+= 1
            return state.nextNumber
        }
    }

    package func submit(_ work: Waiting) {
        let refusal: PasswordHasherError? = state.withLock { state in
            guard !state.isClosed else { return .closed }
            guard !Task.isCancelled else { return .cancelled }
            guard state.waiting.count < settings.waiting else {
                state.measures.refused &+= 1
                return .busy
            }
            state.waiting.append(work)
            return nil
        }
        if let refusal { work.fail(refusal) } else { wakeUp.signal() }
    }

    /// Takes work out of the line; what already runs is finished.
    func cancel(_ number: UInt64) {
        let work: Waiting? = state.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0.number == number }) else { return nil }
            state.measures.cancelled &+= 1
            return state.waiting.remove(at: index)
        }
        work?.fail(.cancelled)
    }

    func count(_ hash: PasswordHash) {
        state.withLock { state in
            state.measures.verified &+= 1
            state.measures.work &+= hash.work
        }
    }

    /// One at a time, however many threads there are: the memory of all hashes stays bounded.
    func alone<Result>(_ work: () -> sending Result) -> sending Result { oversized.withLock { _ in work() } }

    private func run(_ arena: HashArena) {
        while true {
            wakeUp.wait()
            let (work, isClosed) = take()
            if let work {
                work.perform(arena)
            } else if isClosed {
                return
            }
        }
    }

    private func take() -> (Waiting?, isClosed: Bool) {
        state.withLock { state in
            guard !state.waiting.isEmpty else { return (nil, state.isClosed) }
            state.measures.running &+= 1
            state.measures.mostRunning = max(state.measures.mostRunning, state.measures.running)
            return (state.waiting.removeFirst(), state.isClosed)
        }
    }

    /// Called by `perform` between the computation and the answer.
    package func finish() {
        state.withLock { state in
            state.measures.running &-= 1
            state.measures.finished &+= 1
        }
    }
}
