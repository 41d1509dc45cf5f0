import JOSE
import ServerHTTP

/// Asks again and again whether an open connection may stay open: a token that ends, ends what it opened.
struct PassWatch: Sendable {
    static let interval = Duration.seconds(1)

    /// Whoever came may come no longer.
    struct Ended: Error {}

    let judge: GatewayJudge
    let question: GatewayQuestion
    let now: @Sendable () -> NumericDate
    var interval = PassWatch.interval

    /// Returns never, and throws once the same request would be refused. Doubt is a refusal.
    func hold() async throws {
        while true {
            try await Task.sleep(for: interval)
            guard case .allowed = await judge.verdict(on: question, at: now()) else { throw Ended() }
        }
    }

    /// Runs `work` for as long as it may go on.
    func whileAllowed(_ work: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(operation: work)
            group.addTask { try await hold() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
