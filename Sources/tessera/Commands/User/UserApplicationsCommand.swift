import ArgumentParser

/// `tessera user applications`
struct UserApplicationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "applications", abstract: "List what a person has given to which client.",
        discussion: Availability.needsServer)

    @OptionGroup var user: UserArgument
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let client = await server.client()
        server.output.show(
            try await client.send(.get, user.path("/applications", asking: client)), UserText.applications)
    }
}
