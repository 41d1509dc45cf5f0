import ServerHTTP
import ServiceLifecycle

/// Writes the request log until the listeners have stopped.
struct RequestLogService: Service {
    let log: RequestLog

    func run() async throws {
        await cancelWhenGracefulShutdown { await log.run() }
    }
}
