import ArgumentParser

/// `tessera api-key list`
struct APIKeyListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the keys by id, without what they are made of.",
        discussion: Availability.needsServer)

    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let keys = try await server.client().send(.get, "/admin/v1/api-keys", query: page.query)
        server.output.show(keys, APIKeyLines.table)
    }
}
