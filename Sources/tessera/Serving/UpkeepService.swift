import AuthorizationServer
import JOSE
import Logging
import ServiceLifecycle

/// Flushes the counters of an issuer and runs its upkeep, each every second, for as long as the server runs.
///
/// Apart from each other: making a large key or sweeping much must not hold up the counters. Mails and logout tokens have
/// ``DeliveryService``.
struct UpkeepService: Service {
    let provider: OpenIDProvider
    let logger: Logger
    let now: @Sendable () -> NumericDate

    func run() async throws {
        await cancelWhenGracefulShutdown {
            async let flushing: Void = everySecond { await provider.flush(at: now()) }
            async let upkeep: Void = everySecond { await provider.upkeep(at: now()) }
            _ = await (flushing, upkeep)
        }
    }

    private func everySecond(_ work: @Sendable () async -> [UpkeepProblem]) async {
        while !Task.isCancelled {
            report(await work())
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// The last flush, when no request can come any more.
    func finish() async { report(await provider.flush(at: now())) }

    private func report(_ problems: [UpkeepProblem]) {
        for problem in problems {
            logger.error("upkeep failed", metadata: ["work": "\(problem.work)", "error": "\(problem.error)"])
        }
    }
}
