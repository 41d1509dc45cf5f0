import ArgumentParser

/// `tessera user end-application`
struct UserEndApplicationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end-application",
        abstract: "End all that a person has given to a client; it must ask them again.",
        discussion: Availability.needsServer)

    @OptionGroup var user: UserArgument

    @Argument(help: "The client_id.")
    var client: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let administration = await server.client()
        let rest = "/applications/" + AdministrationClient.segment(client)
        try await administration.send(.delete, user.path(rest, asking: administration))
        server.output.confirm("All that \(user.user) has given to \(client) has ended.")
    }
}
