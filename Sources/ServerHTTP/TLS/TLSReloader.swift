package import JOSE
package import Logging
import ServiceLifecycle
import UnixSignals

/// Watches the certificate's files, and SIGHUP, for as long as the server runs.
package struct TLSReloader: Service {
    private let certificates: TLSCertificates
    private let interval: Duration
    private let logger: Logger
    private let now: @Sendable () -> NumericDate

    package init(
        _ certificates: TLSCertificates, every interval: Duration = .seconds(2), logger: Logger,
        now: @escaping @Sendable () -> NumericDate
    ) {
        self.certificates = certificates
        self.interval = interval
        self.logger = logger
        self.now = now
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await poll() }
                group.addTask {
                    for await _ in await UnixSignalsSequence(trapping: .sighup) { reload() }
                }
            }
        }
    }

    private func poll() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: interval)
            if !Task.isCancelled, certificates.hasChanged { reload() }
        }
    }

    private func reload() {
        do {
            try certificates.reload(at: now())
            logger.info("certificate reloaded", metadata: ["expires": "\(certificates.expires)"])
        } catch {
            logger.error("certificate not reloaded; the one before stays in use", metadata: ["error": "\(error)"])
        }
    }
}
