package import JOSE
package import Logging
package import NIOCore

/// What all listeners of a process share.
package struct ServerEnvironment: Sendable {
    package let now: @Sendable () -> NumericDate
    package let requestIDs: RequestIDs
    /// `nil`: requests are not logged.
    package let requestLog: RequestLog?
    package let metrics: MetricsRegistry
    package let readiness: Readiness
    package let logger: Logger
    package let eventLoops: any EventLoopGroup

    package init(
        now: @escaping @Sendable () -> NumericDate, requestIDs: RequestIDs, requestLog: RequestLog?,
        metrics: MetricsRegistry, readiness: Readiness, logger: Logger, eventLoops: any EventLoopGroup
    ) {
        self.now = now
        self.requestIDs = requestIDs
        self.requestLog = requestLog
        self.metrics = metrics
        self.readiness = readiness
        self.logger = logger
        self.eventLoops = eventLoops
    }
}
