import ArgumentParser

/// `tessera user sessions`
struct UserSessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "List where a person is signed in.",
        discussion: Availability.needsServer)

    @OptionGroup var user: UserArgument
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let client = await server.client()
        server.output.show(
            try await client.send(.get, user.path("/sessions", asking: client)), UserText.sessions)
    }
}
