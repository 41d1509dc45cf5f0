import AuthorizationServer
import JOSE
import Logging
import ServiceLifecycle

/// Flushes the counters of an issuer, runs its upkeep and sends its mails and logout tokens, each every second, for as
/// long as the server runs.
///
/// Apart from each other: making a large key, sweeping much or a slow mail server must not hold up the counters.
struct UpkeepService: Service {
    let provider: OpenIDProvider
    let logger: Logger
    let now: @Sendable () -> NumericDate

    func run() async throws {
        await cancelWhenGracefulShutdown {
            async let flushing: Void = everySecond { await provider.flush(at: now()) }
            async let upkeep: Void = everySecond { await provider.upkeep(at: now()) }
            async let mail: Void = everySecond { await provider.deliverMail(at: now()) }
            async let logouts: Void = everySecond { await provider.deliverLogouts(at: now()) }
            _ = await (flushing, upkeep, mail, logouts)
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
