import AuthorizationServer
import JOSE
import Logging
import ServerHTTP
import ServiceLifecycle
import Storage

/// Sends what waits in the outbox, mails, logout tokens and alarms, each every second, for as long as the server runs.
///
/// Apart from each other and from upkeep: a mail server that does not answer holds up neither of them, and an
/// application that does not answer holds up no other. At the end what is on its way is finished, and what is left waits
/// for the next start.
struct DeliveryService: Service {
    let provider: OpenIDProvider
    let mail: SMTPTransport?
    let waiting: OutboxFigures
    let logger: Logger
    let now: @Sendable () -> NumericDate

    func run() async throws {
        await withGracefulShutdownHandler {
            async let mails: Void = overlapping { await provider.deliverMail(at: now()) }
            async let logouts: Void = overlapping {
                await provider.deliverLogouts(at: now(), while: { !Task.isShuttingDownGracefully })
            }
            async let alarms: Void = everySecond { report(await provider.deliverAlarms(at: now())) }
            async let counting: Void = everySecond { await count() }
            _ = await (mails, logouts, alarms, counting)
        } onGracefulShutdown: {
            mail?.stop()
        }
    }

    /// Begins every second, whether or not a mail server or an application still keeps an earlier round waiting: what a
    /// round may send is bounded by what all of them have on their way.
    private func overlapping(_ round: @escaping @Sendable () async -> [UpkeepProblem]) async {
        await withDiscardingTaskGroup { group in
            await everySecond {
                group.addTask { report(await round()) }
            }
        }
    }

    /// A store that does not answer is reported by those who need more of it than figures.
    private func count() async { try? await waiting.refresh(from: provider.store) }

    /// Not cancelled at the end, as a mail that was sent but not noted down would be sent again.
    private func everySecond(_ work: () async -> Void) async {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await work()
            await cancelWhenGracefulShutdown { try? await Task.sleep(for: .seconds(1)) }
        }
    }

    private func report(_ problems: [UpkeepProblem]) {
        for problem in problems {
            logger.error("delivery failed", metadata: ["work": "\(problem.work)", "error": "\(problem.error)"])
        }
    }
}
