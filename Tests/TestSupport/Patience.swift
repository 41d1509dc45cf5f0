import Synchronization
public import Testing

/// Tries again, each time with five times the time, what a machine that is busy with other things may be too slow for.
///
/// For tests about deadlines that the machine has to keep up with. What fails with plenty of time is wrong, not slow:
/// only the last attempt decides, and all durations in an attempt are to grow with its `scale`.
public func patiently(
    sourceLocation: SourceLocation = #_sourceLocation, _ attempt: (_ scale: Int) async throws -> Void
) async throws {
    for scale in [1, 5] {
        let verdict = Verdict()
        try await withKnownIssue("perhaps too slow", isIntermittent: true, sourceLocation: sourceLocation) {
            try await attempt(scale)
        } matching: { _ in
            verdict.failed.store(true, ordering: .relaxed)
            return true
        }
        guard verdict.failed.load(ordering: .relaxed) else { return }
    }
    try await attempt(25)
}

/// Whether anything went wrong in an attempt.
private final class Verdict: Sendable {
    let failed = Atomic<Bool>(false)
}

/// Waits until the condition holds, for two minutes at most; then whoever asked looks for itself.
public func eventually(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    while try await !condition(), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(5)) }
}
