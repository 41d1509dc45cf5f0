import Foundation  // Thread is not in FoundationEssentials
public import Glibc
import Synchronization

/// A program that a test runs: it inherits no file of another test, reads and writes files rather than pipes, and is
/// ended when its time is over, so that no test waits for it without a bound.
///
/// A thread of its own waits for it: neither does the wait hold up other tests, nor do they lengthen what it measures.
public final class ChildProcess: Sendable {
    /// How it ended.
    public struct End: Sendable {
        /// The exit code, or minus the number of the signal that ended it.
        public let status: Int32
        /// From its start.
        public let time: Duration
    }

    /// What it reads and writes.
    public struct Files: Sendable {
        public var input = "/dev/null"
        public var output = "/dev/null"
        public var complaint = "/dev/null"
        public init() {}
    }

    public struct NotStarted: Error { public let code: Int32 }

    public let id: pid_t
    private let state = Mutex<(end: End?, waiting: [CheckedContinuation<End, Never>])>((nil, []))

    public init(
        _ command: [String], in folder: String, environment: [String: String], files: Files = Files(),
        within limit: Duration = .seconds(240)
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let output = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, files.input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, files.output, output, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, files.complaint, output, 0o600)
        // Glibc has both, but its Swift module does not show them.
        typealias Close = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        typealias Change =
            @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>) -> Int32
        guard let close = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np"),
            let change = dlsym(nil, "posix_spawn_file_actions_addchdir_np")
        else { throw NotStarted(code: ENOSYS) }
        _ = unsafeBitCast(close, to: Close.self)(&actions, STDERR_FILENO + 1)
        _ = unsafeBitCast(change, to: Change.self)(&actions, folder)
        // The threads that run tests block signals, and a child would inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var arguments = command.map { strdup($0) } + [nil]
        var settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + settings { free(text) } }
        var child = pid_t()
        let start = ContinuousClock.now
        let code = posix_spawn(&child, command.first ?? "", &actions, &attributes, &arguments, &settings)
        guard code == 0 else { throw NotStarted(code: code) }
        id = child
        Thread.detachNewThread { [self] in
            var isTold = false
            while !reap(since: start) {
                if !isTold, ContinuousClock.now - start > limit {
                    isTold = true
                    signal(SIGKILL)
                }
                usleep(2_000)
            }
        }
    }

    public var isRunning: Bool { state.withLock { $0.end == nil } }

    /// Nothing if it has ended: its number may be another's by now.
    public func signal(_ number: Int32) {
        state.withLock { if $0.end == nil { kill(id, number) } }
    }

    public func ended() async -> End {
        await withCheckedContinuation { continuation in
            let end = state.withLock { state in
                if state.end == nil { state.waiting.append(continuation) }
                return state.end
            }
            if let end { continuation.resume(returning: end) }
        }
    }

    private func reap(since start: ContinuousClock.Instant) -> Bool {
        let done: (end: End, waiting: [CheckedContinuation<End, Never>])? = state.withLock { state in
            var status: Int32 = 0
            guard waitpid(id, &status, WNOHANG) == id else { return nil }
            let signal = status & 0x7f
            let end = End(status: signal == 0 ? (status >> 8) & 0xff : -signal, time: ContinuousClock.now - start)
            defer { state.waiting = [] }
            state.end = end
            return (end, state.waiting)
        }
        guard let done else { return false }
        for waiting in done.waiting { waiting.resume(returning: done.end) }
        return true
    }
}
