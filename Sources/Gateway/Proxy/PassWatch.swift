import JOSE
import NIOCore
import ResourceServer
import ServerHTTP

/// Asks again and again whether an open connection may stay open: a token that ends, ends what it opened. To stay is no
/// further use of an API key: a quota that is used up ends nothing.
struct PassWatch: Sendable {
    static let interval = Duration.seconds(1)

    /// Whoever came may come no longer.
    struct Ended: Error {}

    let judge: GatewayJudge
    let question: GatewayQuestion
    let now: @Sendable () -> NumericDate
    var interval = PassWatch.interval

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
        guard case .allowed = await judge.verdict(on: question, for: .standing, at: now()) else { throw Ended() }
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
            guard let value = try await group.next() ?? nil else { throw Ended() }
            return value
        }
    }
}
