import ArgumentParser

/// `tessera resource show`
struct ResourceShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one protected resource.", discussion: Availability.needsServer)

    @Argument(help: "Its id, not its URL.")
    var id: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let path = "/admin/v1/resources/" + AdministrationClient.segment(id)
        server.output.show(try await server.client().send(.get, path), ResourceText.details)
    }
}
