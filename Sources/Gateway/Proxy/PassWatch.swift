import JOSE
import NIOCore
import ResourceServer
import ServerHTTP

/// Asks again and again whether an open connection may stay open: a token that ends, ends what it opened. To stay is no
/// further use of an API key: a quota that is used up ends nothing.
struct PassWatch: Sendable {
    static let interval = Duration.seconds(1)

    /// Whoever came may come no longer, and why.
    struct Ended: Error {
        let refusal: GatewayRefusal
    }

    let judge: GatewayJudge
    let question: GatewayQuestion
    /// What was let in.
    let pass: GatewayPass
    let now: @Sendable () -> NumericDate
    var interval = PassWatch.interval
    /// Told why an answer had to end that had begun.
    let tell: @Sendable (GatewayRefusal) async -> Void

    /// For what passes in pieces: asks again before a piece that comes an interval or more after the last time. Costs
    /// nothing while little time goes by, and while nothing passes.
    struct Standing: Sendable {
        fileprivate let watch: PassWatch
        private var judgedAt = NIODeadline.now()

        fileprivate init(_ watch: PassWatch) { self.watch = watch }

        mutating func check() async throws {
            let now = NIODeadline.now()
            guard now - judgedAt >= TimeAmount(watch.interval) else { return }
            judgedAt = now
            try await watch.judgeAgain()
        }
    }

    /// Who may come as of now.
    var standing: Standing { Standing(self) }

    private func judgeAgain() async throws {
        guard case .refused(let refusal) = await judge.verdict(on: question, for: .standing, at: now()) else { return }
        // Who has gone away took the questions about them along, and that is no refusal.
        try Task.checkCancellation()
        throw Ended(refusal: refusal.meanwhile(pass))
    }

    /// Returns never, and throws once the same request would be refused. Doubt is a refusal.
    func hold() async throws {
        while true {
            try await Task.sleep(for: interval)
            try await judgeAgain()
        }
    }

    /// Runs `work` for as long as it may go on.
    func whileAllowed<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask(operation: work)
            group.addTask {
                try await hold()
                return nil
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() ?? nil else { throw CancellationError() }
            return value
        }
    }

    /// Runs what sends an answer that has begun: from then on nobody but the operator can be told why it ends.
    func telling(_ work: @Sendable () async throws -> Void) async throws {
        do { try await work() } catch let ended as Ended {
            await tell(ended.refusal)
            throw ended
        }
    }
}

extension GatewayRefusal {
    /// The same of somebody who was let in: a session that is not there now has ended meanwhile, by the first of its
    /// connections that noticed, or because the person signed out.
    fileprivate func meanwhile(_ pass: GatewayPass) -> GatewayRefusal {
        guard pass.sessionToken != nil else { return self }
        switch self {
        case .access(.noToken), .browser(.noSession): return .browser(.sessionEnded)
        default: return self
        }
    }
}
