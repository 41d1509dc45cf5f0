import ArgumentParser

/// `tessera client forbid`
struct ClientForbidCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forbid", abstract: "Take a client's permission at a resource away; its tokens there end.",
        discussion: Availability.needsServer)

    @Argument(help: "The id of the client.")
    var id: String

    @Option(help: ArgumentHelp("The identifier of the resource.", valueName: "url"))
    var resource: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let path = "/admin/v1/clients/\(AdministrationClient.segment(id))/permissions"
        try await server.client().send(.delete, path, query: [("resource", resource)])
        server.output.confirm("The client \(id) may no longer use \(resource); its tokens there have ended.")
    }
}
