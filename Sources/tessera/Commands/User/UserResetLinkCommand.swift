import ArgumentParser

/// `tessera user reset-link`
struct UserResetLinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset-link", abstract: "Send a person a link with which they choose a new password.",
        discussion: Availability.needsServer)

    @OptionGroup var user: UserArgument
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let client = await server.client()
        server.output.show(
            try await client.send(.post, user.path("/reset-link", asking: client)), UserText.link)
    }
}
