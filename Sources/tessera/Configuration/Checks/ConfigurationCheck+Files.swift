import FoundationEssentials
import Storage

/// Whether what lies on disk is there, whole, and closed to others.
extension ConfigurationCheck {
    mutating func checkDataFolder() {
        let path = configuration.dataFolder
        guard let facts = FileFacts(path) else {
            refuse(.dataMissing, .data, "\(path) does not exist", fix: "Run 'tessera init' once.")
            return
        }
        guard facts.isFolder else {
            refuse(.dataNotFolder, .data, "\(path) is not a folder", fix: "Name a folder.")
            return
        }
        if facts.isWritableByOthers {
            refuse(
                .dataWritable, .data, "others may write to \(path) (mode \(facts.modeText))",
                fix: "Run 'chmod 700 \(path)'.")
        }
        if facts.owner != FileFacts.ownUser, FileFacts.ownUser != 0 {
            refuse(
                .dataForeign, .data, "\(path) belongs to the user \(facts.owner), not to \(FileFacts.ownUser)",
                fix: "Start the server as the owner of the folder, or give the folder to its user.")
        }
        let database = configuration.databasePath
        guard let file = FileFacts(database) else {
            // A server that began anew here would forget every client and revocation without a word.
            refuse(
                .databaseMissing, .databasePath, "\(database) does not exist",
                fix: "Restore it from its backup. Only for a new installation: run 'tessera init'.")
            return
        }
        if file.isReadableByOthers {
            refuse(
                .databaseExposed, .databasePath, "others may read \(database) (mode \(file.modeText))",
                fix: "Run 'chmod 600 \(database)'.")
        }
    }

    mutating func checkMasterKey() {
        switch MasterKeySource(configuration: configuration, environment: environment) {
        case .text(let text, let origin):
            guard MasterKey(text: text) == nil else { return }
            refuse(
                .masterKeyInvalid, .masterKeyValue, "\(origin) is no master key",
                fix: "It must be the text that 'tessera init' wrote: tsm_ and 43 characters.")
        case .file(let path):
            checkMasterKeyFile(path)
        }
    }

    private mutating func checkMasterKeyFile(_ path: String) {
        guard let facts = FileFacts(path) else {
            refuse(
                .masterKeyMissing, .masterKeyFile, "\(path) does not exist",
                fix: "Restore it from its backup. Only for a new installation: run 'tessera init'.")
            return
        }
        if facts.isReadableByOthers {
            refuse(
                .masterKeyExposed, .masterKeyFile, "others may read \(path) (mode \(facts.modeText))",
                fix: "Run 'chmod 600 \(path)', and consider 'tessera master-key rewrap': it may have been read.")
        }
        guard (try? MasterKeySource.key(in: path)) == nil else { return }
        refuse(
            .masterKeyInvalid, .masterKeyFile, "\(path) holds no master key",
            fix: "It must hold one line: tsm_ and 43 characters. Restore it from its backup.")
    }
}
