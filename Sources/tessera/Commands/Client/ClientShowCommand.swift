import ArgumentParser

/// `tessera client show`
struct ClientShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one client.", discussion: Availability.needsServer)

    @Argument(help: "Its client_id.")
    var id: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let path = "/admin/v1/clients/" + AdministrationClient.segment(id)
        server.output.show(try await server.client().send(.get, path), ClientText.details)
    }
}
