package import AuthorizationServer
package import Storage

/// What the administration API needs from the program around it.
package struct AdministrationOperations: Sendable {
    package let version: String
    /// Copies the database to a new file that only its owner can read.
    package let backUp: @Sendable (_ path: String) async throws -> Void
    /// Wraps the data keys with the master key in a file, and records the event in the same transaction.
    package let rewrap: @Sendable (_ newMasterKeyFile: String, _ event: AuditEvent) async throws -> Void
    /// The Prometheus text format.
    package let metrics: @Sendable () async -> String
    /// Whether the server can read and durably write.
    package let isReady: @Sendable () async -> Bool
    /// Takes an error that nobody expected, for the operator's log.
    package let report: @Sendable (_ operation: String, _ error: any Error) -> Void

    package init(
        version: String, backUp: @escaping @Sendable (_ path: String) async throws -> Void,
        rewrap: @escaping @Sendable (_ newMasterKeyFile: String, _ event: AuditEvent) async throws -> Void,
        metrics: @escaping @Sendable () async -> String, isReady: @escaping @Sendable () async -> Bool,
        report: @escaping @Sendable (_ operation: String, _ error: any Error) -> Void
    ) {
        self.version = version
        self.backUp = backUp
        self.rewrap = rewrap
        self.metrics = metrics
        self.isReady = isReady
        self.report = report
    }
}

/// What the program throws to say that an operation cannot be done as it was asked for; all else is a failure of its own.
package enum OperationRefusal: Error, Hashable, Sendable {
    case invalid(Problem)
    /// What there is none of, e.g. `file`.
    case missing(String)
    case conflict(String)
}
