import JOSE
import Logging
import OAuth
import ResourceServer
import Synchronization

/// Keeps an API informed of what its issuer revokes, and whoever runs it of how well that goes.
final class RevocationFollower: Sendable {
    let reader: RevocationFeedReader
    private let hasBegun = Atomic(false)
    private let hasComplained = Atomic(false)

    /// - Parameter transport: one that has no streams asks by long polling.
    init(
        _ feed: RevocationFeed, policy: RevocationPolicy, transport: any HTTPTransport, logger: Logger,
        now: @escaping @Sendable () -> NumericDate
    ) {
        let news = RevocationNews(logger: logger)
        reader = RevocationFeedReader(
            feed, policy: policy, transport: transport, streams: transport as? any HTTPStreamTransport,
            clock: ReaderClock(ContinuousClock(), now: now), report: news.tell)
    }

    /// Follows until the task is cancelled; `false` if somebody does so already.
    func follow() async -> Bool {
        guard !hasBegun.exchange(true, ordering: .relaxed) else { return false }
        await reader.run()
        return true
    }

    /// Says once that nobody follows. What counts meanwhile is the mode of the policy, because nothing was ever heard.
    func expectToFollow(_ logger: Logger) {
        guard !hasBegun.load(ordering: .relaxed), !hasComplained.exchange(true, ordering: .relaxed) else { return }
        logger.error(
            "revocations are not followed: add the ProtectedResource to the services of the application",
            metadata: ["state": "\(reader.state)", "mode": "\(reader.state.mode.rawValue)"])
    }
}

/// Writes down when what is known of revocations becomes current or stale, and the first of what was not believed.
private final class RevocationNews: Sendable {
    private struct Told {
        var isCurrent: Bool?
        var problem: RevocationFeedProblem?
    }

    private let logger: Logger
    private let told = Mutex(Told())

    init(logger: Logger) { self.logger = logger }

    @Sendable
    func tell(_ state: RevocationState) {
        let (changed, problem) = told.withLock { told in
            defer { told = Told(isCurrent: state.isCurrent, problem: state.lastProblem) }
            // Before the issuer was heard for the first time there is nothing to tell.
            let changed = state.isCurrent != (told.isCurrent ?? false)
            return (changed, state.lastProblem == told.problem ? nil : state.lastProblem)
        }
        if let problem {
            logger.info("revocation feed: not believed, or did not come", metadata: ["problem": "\(problem.rawValue)"])
        }
        guard changed else { return }
        logger.log(level: state.isCurrent ? .notice : .error, "\(state)", metadata: ["mode": "\(state.mode.rawValue)"])
    }
}
