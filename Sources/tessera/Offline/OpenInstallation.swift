import Crypto
import FoundationEssentials
import JOSE
import Storage
import StorageSQLite

/// The database of a configuration with its lock held, and its data keys, opened with the master key.
struct OpenInstallation: Sendable {
    /// How far the clock may be behind the last event that was stored; more means that it jumped back.
    private static let clockTolerance = Duration.seconds(300)

    let store: SQLiteStore
    /// In clear, by id; they outlive a change of the master key.
    let dataKeys: [String: SymmetricKey]
    let sealer: SecretSealer

    /// Opens it, or says as a ``ConfigurationFailure`` why not.
    static func open(_ configuration: Configuration, at now: NumericDate) async throws -> OpenInstallation {
        let source = MasterKeySource(configuration: configuration, environment: ProcessInfo.processInfo.environment)
        let master = try source.key()
        let store = try await openStore(configuration)
        do {
            let keys = try await DataKeys.open(store, with: master)
            try await checkClock(store, at: now)
            return OpenInstallation(store: store, dataKeys: keys, sealer: try DataKeys.sealer(with: keys))
        } catch {
            await store.close()
            throw explained(error, configuration)
        }
    }

    static func openStore(_ configuration: Configuration) async throws -> SQLiteStore {
        do { return try await SQLiteStore.open(path: configuration.databasePath) } catch let error as SQLiteOpenError {
            throw ConfigurationFailure(
                problems: [
                    ConfigurationProblem(
                        .databaseUnusable, .databasePath, error.description,
                        fix: "See docs/guide/backup.md for restoring.")
                ])
        }
    }

    private static func checkClock(_ store: SQLiteStore, at now: NumericDate) async throws {
        guard let last = try await store.events(AuditQuery(limit: 1, newestFirst: true)).first else { return }
        guard last.lastAt - now > clockTolerance else { return }
        throw ConfigurationFailure(
            problems: [
                ConfigurationProblem(
                    .clockBehind, "clock",
                    "it says \(Timestamp.text(now)), but the database was written at \(Timestamp.text(last.lastAt))",
                    fix: "Set the clock of this machine; expired tokens would come to life again.")
            ])
    }

    private static func explained(_ error: any Error, _ configuration: Configuration) -> any Error {
        guard let error = error as? DataKeys.KeyError else { return error }
        let problem =
            switch error {
            case .none:
                ConfigurationProblem(
                    .databaseUnusable, .databasePath, "it holds no data key, so 'tessera init' did not end",
                    fix: "Run 'tessera init' again with the same data folder.")
            case .wrongMasterKey:
                ConfigurationProblem(
                    .masterKeyWrong, .masterKeyFile, "this is not the master key of \(configuration.databasePath)",
                    fix: "Restore the key that belongs to this database; each backup of one needs the other.")
            }
        return ConfigurationFailure(problems: [problem])
    }
}
