import ArgumentParser
import JOSE

/// `tessera client secret` and `tessera resource secret`
struct OwnerSecretCommand<Owner: CredentialOwner>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "secret", abstract: "Rotate the secrets of a \(Owner.word): two may live at once.",
            discussion: Availability.needsServer, subcommands: [Add.self, Remove.self])
    }

    /// `… secret add`
    struct Add: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "add", abstract: "Add a secret, printed once.", discussion: Availability.needsServer)
        }

        @Argument(help: "The id of the \(Owner.word).")
        var id: String

        @Option(help: ArgumentHelp("End the other secrets after so many seconds; 0: at once.", valueName: "seconds"))
        var expireOldIn: Int?

        @OptionGroup var server: ServerOptions

        func run() async throws {
            var body: JSONObject?
            if let expireOldIn { body = JSONObject([("expires_old_in", .integer(Int64(expireOldIn)))]) }
            let answer = try await server.client().send(.post, Owner.path(id, "secrets"), body: body)
            server.output.show(answer, ClientSecretText.created)
        }
    }

    /// `… secret remove`
    struct Remove: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "remove", abstract: "Remove a secret at once.", discussion: Availability.needsServer)
        }

        @Argument(help: "The id of the \(Owner.word).")
        var id: String

        @Argument(help: "The id of the secret, as 'tessera \(Owner.word) show' prints it.")
        var secret: String

        @OptionGroup var server: ServerOptions

        func run() async throws {
            let path = Owner.path(id, "secrets/" + AdministrationClient.segment(secret))
            try await server.client().send(.delete, path)
            server.output.confirm("Removed the secret \(secret) of \(id); it is no longer accepted.")
        }
    }
}
