import ArgumentParser
import FoundationEssentials
import JOSE
import OAuth
import Storage
import StorageSQLite

/// `tessera master-key`
struct MasterKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "master-key", abstract: "Make a master key, and change the one in use.",
        discussion: Availability.eitherWay, subcommands: [Create.self, Rewrap.self])

    /// `tessera master-key create`
    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a new master key into a new file (mode 0600); changes nothing else.",
            discussion: Availability.needsNothing)

        @Argument(help: "The new file.")
        var path: String

        @OptionGroup var output: OutputOptions

        func run() throws {
            let target = FilePath.absolute(path, from: FileManager.default.currentDirectoryPath)
            try OwnerFolder.write(MasterKey.text(of: SecretGenerator.system.bytes(32)) + "\n", to: target)
            output.confirm("Wrote a new master key to \(target). Put it to use with 'tessera master-key rewrap'.")
        }
    }

    /// `tessera master-key rewrap`
    struct Rewrap: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Wrap the data keys with another master key, from then on the only one that opens them.",
            discussion: """
                Afterwards put the new key where the configuration looks for it, before the next start; backups made \
                until now still need the old one. \(Availability.eitherWay)
                """)

        @Argument(help: "The file with the new master key, mode 0600.")
        var newKeyFile: String

        @OptionGroup var server: ServerOptions

        func run() async throws {
            let path = FilePath.absolute(newKeyFile, from: FileManager.default.currentDirectoryPath)
            do {
                let body = JSONObject([("new_master_key_file", .string(path))])
                try await server.client().send(.post, "/admin/v1/master-key/rewrap", body: body)
            } catch let failure as CommandFailure where failure.status == .unreachable {
                try await rewrap(with: path)
            }
            server.output.confirm(
                "The data keys are wrapped with the key in \(path). Put it where the configuration looks for it before the "
                    + "next start, and keep the old one as long as backups that need it.")
        }

        private func rewrap(with path: String) async throws {
            if let facts = FileFacts(path), facts.isReadableByOthers {
                throw CommandFailure(
                    .failure, "master_key_exposed", "others may read \(path) (mode \(facts.modeText))",
                    fix: "Run 'chmod 600 \(path)'.")
            }
            let new = try await MasterKeyFailure.explaining { try MasterKeySource.key(in: path) }
            let configuration = await server.configuration()
            let now = Composition.now()
            let installation = try await MasterKeyFailure.explaining {
                try await OpenInstallation.open(configuration, at: now)
            }
            let event = AuditEvent(
                at: now, action: "master_key.rewrapped", actor: "uid:\(FileFacts.ownUser)", target: "master-key")
            do {
                try await DataKeys.rewrap(installation.dataKeys, in: installation.store, to: new, recording: event)
                await installation.store.close()
            } catch {
                await installation.store.close()
                throw error
            }
        }
    }
}
