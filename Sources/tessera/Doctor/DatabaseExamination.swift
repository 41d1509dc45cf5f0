import JOSE
import StorageSQLite

/// Looks into the database without taking its lock, so that it may run beside the server.
struct DatabaseExamination {
    let configuration: Configuration

    func findings(at now: NumericDate) async -> [Finding] {
        let path = configuration.databasePath
        guard FileFacts(path) != nil else { return [] }
        do {
            let problems = try await SQLiteStore.integrityProblems(of: path)
            guard problems.isEmpty else {
                return problems.map { problem in
                    .bad("database", problem, fix: "Stop the server and restore a backup: docs/guide/backup.md.")
                }
            }
            let settings = try SQLiteStore.settingProblems(of: path).map { problem in
                Finding.bad(
                    "database", problem,
                    fix: "Another program changed the file, or a newer version of this one wrote it: start that "
                        + "version, or restore a backup: docs/guide/backup.md.")
            }
            return [.good("database", "SQLite finds it whole: \(path)")] + settings
        } catch {
            return [.bad("database", "\(error)", fix: "Restore a backup if it does not open: docs/guide/backup.md.")]
        }
    }
}
