import ArgumentParser

/// `tessera user delete`
struct UserDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a person; everything they are signed in to ends at once.",
        discussion: Availability.needsServer)

    @OptionGroup var user: UserArgument
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let client = await server.client()
        try await client.send(.delete, user.path(asking: client))
        server.output.confirm("Deleted \(user.user); everything they were signed in to has ended.")
    }
}
