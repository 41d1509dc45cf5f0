import ArgumentParser

/// `tessera resource secret`
struct ResourceSecretCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "Rotate the secrets of a resource: two may live at once.",
        discussion: Availability.needsServer, subcommands: [Add.self, Remove.self])

    /// `tessera resource secret add`
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a secret, printed once.", discussion: Availability.needsServer)

        @Argument(help: "The id of the resource.")
        var id: String

        @Option(help: ArgumentHelp("End the other secrets after so many seconds; 0: at once.", valueName: "seconds"))
        var expireOldIn: Int?

        @OptionGroup var server: ServerOptions

        func run() async throws {
            try await SecretCommands.add(to: "resources", id: id, expiresOldIn: expireOldIn, server: server)
        }
    }

    /// `tessera resource secret remove`
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a secret at once.", discussion: Availability.needsServer)

        @Argument(help: "The id of the resource.")
        var id: String

        @Argument(help: "The id of the secret, as 'tessera resource show' prints it.")
        var secret: String

        @OptionGroup var server: ServerOptions

        func run() async throws {
            try await SecretCommands.remove(from: "resources", id: id, secret: secret, server: server)
        }
    }
}
