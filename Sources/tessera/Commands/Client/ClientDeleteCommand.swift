import ArgumentParser

/// `tessera client delete`
struct ClientDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a client; its permissions and tokens end with it.",
        discussion: Availability.needsServer)

    @Argument(help: "Its client_id.")
    var id: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        try await server.client().send(.delete, "/admin/v1/clients/" + AdministrationClient.segment(id))
        server.output.confirm("Deleted the client \(id); its tokens have ended.")
    }
}
