import Storage
import Synchronization

/// Waits for `work` no longer than `limit`, then throws `StoreError.busy`; the work itself goes on, for a disk that
/// does not answer cannot be told to stop.
func withDeadline(_ limit: Duration, _ work: @escaping @Sendable () async throws -> Void) async throws {
    let race = Race()
    try await withCheckedThrowingContinuation { continuation in
        race.begin(continuation)
        let timer = Task {
            try await Task.sleep(for: limit)
            race.end(with: .failure(StoreError.busy))
        }
        Task {
            do {
                try await work()
                race.end(with: .success(()))
            } catch { race.end(with: .failure(error)) }
            timer.cancel()
        }
    }
}

/// Lets the first of several results count.
private final class Race: Sendable {
    private let continuation = Mutex<CheckedContinuation<Void, any Error>?>(nil)

    func begin(_ continuation: CheckedContinuation<Void, any Error>) {
        self.continuation.withLock { $0 = continuation }
    }

    func end(with result: Result<Void, any Error>) {
        let waiting = continuation.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        waiting?.resume(with: result)
    }
}
