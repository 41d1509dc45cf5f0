import ArgumentParser

/// `tessera api-key end`
struct APIKeyEndCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end", abstract: "End a key, with the access tokens that were had for it.",
        discussion: Availability.needsServer)

    @Argument(help: "Its id, not the key itself.")
    var id: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        try await server.client().send(.delete, "/admin/v1/api-keys/" + AdministrationClient.segment(id))
        server.output.confirm("Ended the key \(id).")
    }
}
