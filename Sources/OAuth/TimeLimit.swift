import Synchronization

/// What `work` brings, or `nil` if that takes too long; work that never ends is cancelled and left behind.
package func answer<Value: Sendable>(
    within limit: Duration, of work: @escaping @Sendable () async -> Value
) async -> Value? {
    let first = FirstAnswer<Value?>()
    return await withCheckedContinuation { continuation in
        first.wait(continuation)
        let working = Task { await work() }
        let alarm = Task {
            try? await Task.sleep(for: limit)
            guard !Task.isCancelled else { return }
            first.give(nil)
            working.cancel()
        }
        Task {
            first.give(await working.value)
            alarm.cancel()
        }
    }
}

/// Resumes one who waits with the first of several answers.
private final class FirstAnswer<Value: Sendable>: Sendable {
    private let waiting = Mutex<CheckedContinuation<Value, Never>?>(nil)

    func wait(_ continuation: CheckedContinuation<Value, Never>) { waiting.withLock { $0 = continuation } }

    func give(_ value: Value) {
        let continuation = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        continuation?.resume(returning: value)
    }
}
