import ArgumentParser

/// `tessera resource delete`
struct ResourceDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a resource; permissions at it and tokens for it end.",
        discussion: Availability.needsServer)

    @Argument(help: "Its id, not its URL.")
    var id: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        try await server.client().send(.delete, "/admin/v1/resources/" + AdministrationClient.segment(id))
        server.output.confirm("Deleted the resource \(id); tokens for it have ended.")
    }
}
