import ArgumentParser
import FoundationEssentials
import JOSE
import Storage
import StorageSQLite

/// `tessera backup`
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the database, whole and consistent, into a new file (mode 0600).",
        discussion: """
            Keep the master key apart from it: a backup without its master key cannot be restored, and with it is as \
            good as the server. docs/guide/backup.md tells how to restore. \(Availability.eitherWay)
            """)

    @Argument(help: "The new file. With a running server it is written by the server, with the server's rights.")
    var path: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let target = FilePath.absolute(path, from: FileManager.default.currentDirectoryPath)
        do {
            let body = JSONObject([("path", .string(target))])
            try await server.client().send(.post, "/admin/v1/backup", body: body)
        } catch let failure as CommandFailure where failure.status == .unreachable {
            try await copy(to: target)
        }
        server.output.show(JSONObject([("path", .string(target))])) { _ in
            "Wrote \(target). Its master key is not in it: keep a copy of that elsewhere."
        }
    }

    /// No server: the lock of the database says so, and keeps one from starting meanwhile.
    private func copy(to target: String) async throws {
        let configuration = await server.configuration()
        guard FileFacts(configuration.databasePath) != nil else {
            throw CommandFailure(
                .notFound, "database_missing", "there is no database at \(configuration.databasePath)",
                fix: "Name the configuration with --config.")
        }
        let store = try await OpenInstallation.openStore(configuration)
        do {
            // Recorded first: a copy of everything must not exist without a trace of who made it.
            try await record("backup.made", target, in: store)
            do { try await store.backUp(to: target) } catch {
                try? await record("backup.failed", target, in: store)
                throw error
            }
            await store.close()
        } catch {
            await store.close()
            throw CommandFailure(.failure, "backup_failed", String(describing: error))
        }
    }

    private func record(_ action: String, _ target: String, in store: SQLiteStore) async throws {
        let event = AuditEvent(
            at: Composition.now(), action: action, actor: "uid:\(FileFacts.ownUser)", detail: "to \(target)")
        _ = try await store.append([event])
    }
}
