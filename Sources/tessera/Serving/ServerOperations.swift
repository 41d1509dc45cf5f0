import AuthorizationServer
import Logging
import ServerHTTP
import Storage
import StorageSQLite

/// What the administration API needs from this program.
struct ServerOperations: Sendable {
    let installation: OpenInstallation
    let metrics: MetricsRegistry
    let readiness: Readiness
    let logger: Logger

    var operations: AdministrationOperations {
        AdministrationOperations(
            version: Version.text, backUp: { try await backUp($0) }, rewrap: { try await rewrap($0, $1) },
            metrics: { metrics.text() }, isReady: { await readiness.state() == .ready },
            report: { operation, error in
                logger.error("operation failed", metadata: ["operation": "\(operation)", "error": "\(error)"])
            })
    }

    private func backUp(_ path: String) async throws {
        do { try await installation.store.backUp(to: path) } catch SQLiteBackupError.exists {
            throw OperationRefusal.conflict("there is a file at this path; name a new one")
        }
    }

    private func rewrap(_ path: String, _ event: AuditEvent) async throws {
        guard let facts = FileFacts(path) else { throw OperationRefusal.missing("file") }
        guard !facts.isReadableByOthers else {
            throw OperationRefusal.invalid(
                Problem("new_master_key_file", "must be readable by its owner alone (chmod 600)"))
        }
        guard let new = try? MasterKeySource.key(in: path) else {
            throw OperationRefusal.invalid(
                Problem("new_master_key_file", "must hold a master key (tsm_ and 43 characters)"))
        }
        try await DataKeys.rewrap(installation.dataKeys, in: installation.store, to: new, recording: event)
    }
}
