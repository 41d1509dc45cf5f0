import ArgumentParser
import FoundationEssentials
import JOSE
import OAuth
import Storage
import StorageSQLite

/// `tessera init`
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a new installation: data folder, master key, configuration file and database.",
        discussion: "Never replaces anything that is there, so it may be repeated. \(Availability.needsStoppedServer)")

    @Option(help: ArgumentHelp("The public https URL of the server, without a trailing slash.", valueName: "url"))
    var issuer: String

    @Option(help: ArgumentHelp("The data folder.", valueName: "folder"))
    var data = "data"

    @Option(help: ArgumentHelp("The configuration file to write.", valueName: "file"))
    var config = "tessera.yaml"

    @Option(help: ArgumentHelp("The port to listen on.", valueName: "port"))
    var port = 8443

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard Issuer(issuer) != nil else {
            throw ValidationError(
                "--issuer must be an https URL in lower case without a trailing slash (http on localhost only).")
        }
        guard (1...65_535).contains(port) else { throw ValidationError("--port must be 1 to 65535.") }
    }

    func run() async throws {
        let working = FileManager.default.currentDirectoryPath
        let file = FilePath.absolute(config, from: working)
        let folder = FilePath.absolute(data, from: working)
        let now = Composition.now()
        let secrets = SecretGenerator.system

        try OwnerFolder.make(folder)
        let key = folder + "/master.key"
        let hasKey = FileFacts(key) != nil
        if !hasKey, FileFacts(folder + "/tessera.sqlite") != nil {
            throw CommandFailure(
                .failure, "master_key_missing", "there is a database but no master key in \(folder)",
                fix: "Restore the master key from its backup: a new one could not open what is sealed in the database.")
        }
        if !hasKey { try OwnerFolder.write(MasterKey.text(of: secrets.bytes(32)) + "\n", to: key) }
        let hasFile = FileFacts(file) != nil
        if !hasFile { try OwnerFolder.write(yaml(folder), to: file) }

        let input = ConfigurationInput(file: file, environment: [:], flags: [], workingDirectory: working)
        let (configuration, problems) = await ConfigurationLoader.load(input)
        guard problems.isEmpty else { throw ConfigurationFailure(problems: problems) }
        guard configuration.issuerText == issuer, configuration.dataFolder == folder else {
            throw CommandFailure(
                .failure, "configuration_differs", "\(file) is there already and names another issuer or data folder",
                fix: "Name another file with --config, or repeat the command with what the file says.")
        }
        let store = try await OpenInstallation.openStore(configuration)
        do {
            guard try await store.claimIssuer(issuer) == issuer else {
                throw CommandFailure(
                    .failure, "issuer_changed", "the database in \(folder) belongs to another issuer",
                    fix: "Another issuer needs a data folder of its own.")
            }
            let master = try MasterKeySource.key(in: key)
            try await DataKeys.create(
                in: store, with: master, secrets: secrets, actor: "uid:\(FileFacts.ownUser)", at: now)
            _ = try await DataKeys.open(store, with: master)
            await store.close()
        } catch {
            await store.close()
            throw error
        }
        show(configuration, file: file)
    }

    private func yaml(_ folder: String) -> String {
        """
        # Tessera. All settings: tessera config reference. After a change: tessera config check.
        issuer: \(issuer)
        data: \(Self.quoted(folder))
        listen:
          port: \(port)

        """
    }

    /// A path may hold what YAML would read as something else.
    private static func quoted(_ text: String) -> String {
        "\"" + text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\""
    }

    private func show(_ configuration: Configuration, file: String) {
        var json = JSONObject()
        json["issuer"] = .string(issuer)
        json["config"] = .string(file)
        json["data"] = .string(configuration.dataFolder)
        json["master_key_file"] = .string(configuration.masterKeyPath)
        json["database"] = .string(configuration.databasePath)
        output.show(json) { _ in
            """
            configuration  \(file)
            data folder    \(configuration.dataFolder)
            master key     \(configuration.masterKeyPath)
            database       \(configuration.databasePath)

            Next:
              1. Keep a copy of the master key apart from the backups of the database: each is useless without the other.
              2. tessera serve --config \(file)
              3. tessera doctor --config \(file)
              4. tessera resource create --config \(file) --identifier https://api.example.com --scope 'read write'
              5. tessera client create my-client --config \(file)
            """
        }
    }
}
