import ArgumentParser

/// `tessera user show`
struct UserShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one person.", discussion: Availability.needsServer)

    @OptionGroup var user: UserArgument
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let client = await server.client()
        server.output.show(try await client.send(.get, user.path(asking: client)), UserText.details)
    }
}
