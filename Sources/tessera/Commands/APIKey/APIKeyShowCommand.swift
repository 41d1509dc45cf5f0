import ArgumentParser

/// `tessera api-key show`
struct APIKeyShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one key, without what it is made of.",
        discussion: Availability.needsServer)

    @Argument(help: "Its id, not the key itself.")
    var id: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let key = try await server.client().send(.get, "/admin/v1/api-keys/" + AdministrationClient.segment(id))
        server.output.show(key, APIKeyLines.details)
    }
}
