import ArgumentParser

/// `tessera resource list`
struct ResourceListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List protected resources by id.", discussion: Availability.needsServer)

    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let resources = try await server.client().send(.get, "/admin/v1/resources", query: page.query)
        server.output.show(resources, ResourceText.table)
    }
}
