import ArgumentParser

/// `tessera user lockdown`
struct UserLockdownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lockdown", abstract: "Shut everything of an account at once, when somebody else may be in it.",
        discussion: Availability.needsServer)

    @OptionGroup var user: UserArgument
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let client = await server.client()
        server.output.show(
            try await client.send(.post, user.path("/lockdown", asking: client)), UserText.details)
    }
}
