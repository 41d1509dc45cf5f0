import ArgumentParser

/// `tessera user withdraw-invitation`
struct UserWithdrawInvitationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw-invitation",
        abstract: "Make a person's invitation useless, also one that lies in their mailbox.",
        discussion: """
            Until a new one is sent, "Forgot your password?" sends them no link either. \(Availability.needsServer)
            """)

    @OptionGroup var user: UserArgument
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let client = await server.client()
        try await client.send(.delete, user.path("/invitation", asking: client))
        server.output.confirm("The invitation of \(user.user) is withdrawn.")
    }
}
