import ArgumentParser

/// `tessera user invitations`
struct UserInvitationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invitations", abstract: "List the invitations that would still work.",
        discussion: Availability.needsServer)

    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let invitations = try await server.client().send(.get, "/admin/v1/invitations", query: page.query)
        server.output.show(invitations, UserText.invitations)
    }
}
