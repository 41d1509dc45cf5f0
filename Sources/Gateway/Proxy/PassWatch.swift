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
