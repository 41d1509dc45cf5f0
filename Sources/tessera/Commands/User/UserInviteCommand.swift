import ArgumentParser

/// `tessera user invite`
struct UserInviteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Send a person a link with which they choose their first password.",
        discussion: "Who has a password gets a reset link instead. \(Availability.needsServer)")

    @OptionGroup var user: UserArgument
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let client = await server.client()
        server.output.show(
            try await client.send(.post, user.path("/invitation", asking: client)), UserText.link)
    }
}
