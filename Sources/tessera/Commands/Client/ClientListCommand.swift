import ArgumentParser

/// `tessera client list`
struct ClientListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List clients by id.", discussion: Availability.needsServer)

    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let clients = try await server.client().send(.get, "/admin/v1/clients", query: page.query)
        server.output.show(clients, ClientText.table)
    }
}
