import ArgumentParser

/// `tessera client secret`
struct ClientSecretCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "Rotate the secrets of a client: two may live at once.",
        discussion: Availability.needsServer, subcommands: [Add.self, Remove.self])

    /// `tessera client secret add`
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a secret, printed once.", discussion: Availability.needsServer)

        @Argument(help: "The id of the client.")
        var id: String

        @Option(help: ArgumentHelp("End the other secrets after so many seconds; 0: at once.", valueName: "seconds"))
        var expireOldIn: Int?

        @OptionGroup var server: ServerOptions

        func run() async throws {
            try await SecretCommands.add(to: "clients", id: id, expiresOldIn: expireOldIn, server: server)
        }
    }

    /// `tessera client secret remove`
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a secret at once.", discussion: Availability.needsServer)

        @Argument(help: "The id of the client.")
        var id: String

        @Argument(help: "The id of the secret, as 'tessera client show' prints it.")
        var secret: String

        @OptionGroup var server: ServerOptions

        func run() async throws {
            try await SecretCommands.remove(from: "clients", id: id, secret: secret, server: server)
        }
    }
}
