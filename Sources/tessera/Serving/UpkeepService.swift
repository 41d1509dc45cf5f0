import AuthorizationServer
import JOSE
import Logging
import ServiceLifecycle

/// Runs the upkeep of an issuer every second for as long as the server runs.
struct UpkeepService: Service {
    let provider: OpenIDProvider
    let logger: Logger
    let now: @Sendable () -> NumericDate

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                report(await provider.upkeep(at: now()))
                try? await Task.sleep(for: .seconds(1))
            }
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
