import ArgumentParser

/// `tessera registration-token delete`
struct RegistrationTokenDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "End a token; the clients that registered with it stay.",
        discussion: Availability.needsServer)

    @Argument(help: "Its id, not the token itself.")
    var id: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        try await server.client().send(.delete, "/admin/v1/registration-tokens/" + AdministrationClient.segment(id))
        server.output.confirm("Deleted the token \(id); nobody registers with it any more.")
    }
}
