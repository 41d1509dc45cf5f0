import Logging
import ResourceServer
import Synchronization

/// Writes down what becomes of the revocation feed: synchronised, stale, recovered, and what was not believed.
final class GatewayRevocationLog: Sendable {
    private struct Memory {
        var wasCurrent = false
        var hasBeenCurrent = false
        var refused = 0
        var problem: RevocationFeedProblem?
    }

    private let logger: Logger
    private let memory = Mutex(Memory())

    init(logger: Logger) { self.logger = logger }

    @Sendable
    func write(_ state: RevocationState) {
        let (change, news) = memory.withLock { memory in
            let change = Self.change(memory, state)
            // An issuer that stays away is told of once; who forges is told of each time.
            let isNews = state.refused != memory.refused && (state.lastProblem != memory.problem || state.isSuspicious)
            memory.wasCurrent = state.isCurrent
            memory.hasBeenCurrent = memory.hasBeenCurrent || state.isCurrent
            memory.refused = state.refused
            memory.problem = change == nil || !state.isCurrent ? state.lastProblem : nil
            return (change, isNews ? state.lastProblem : nil)
        }
        if let news {
            let level = state.isSuspicious ? Logger.Level.warning : .info
            logger.log(
                level: level, "revocation feed: not believed, or did not come",
                metadata: ["problem": "\(news.rawValue)", "refused": "\(state.refused)"])
        }
        guard let change else { return }
        logger.log(
            level: state.isCurrent ? .notice : .error, "revocation feed \(change)",
            metadata: ["state": "\(state)", "mode": "\(state.mode.rawValue)"])
    }

    private static func change(_ memory: Memory, _ state: RevocationState) -> String? {
        guard state.isCurrent != memory.wasCurrent else { return nil }
        guard state.isCurrent else { return "stale" }
        return memory.hasBeenCurrent ? "recovered" : "synchronised"
    }
}

extension RevocationState {
    /// Whether the last problem is what somebody on the way might have done, and no broken connection.
    fileprivate var isSuspicious: Bool {
        switch lastProblem {
        case nil, .unreachable, .silent, .noAnswer, .keysUnavailable, .tooFarBehind, .otherFeed: false
        default: true
        }
    }
}
