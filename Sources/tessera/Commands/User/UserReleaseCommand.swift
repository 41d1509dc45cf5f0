import ArgumentParser

/// `tessera user release`
struct UserReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Open an account after a lockdown; what has ended stays ended.",
        discussion: Availability.needsServer)

    @OptionGroup var user: UserArgument
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let client = await server.client()
        server.output.show(
            try await client.send(.post, user.path("/release", asking: client)), UserText.details)
    }
}
