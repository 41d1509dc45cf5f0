import ArgumentParser

/// `tessera key list`
struct KeyListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the keys and where each stands in its life.",
        discussion: Availability.needsServer)

    @OptionGroup var server: ServerOptions

    func run() async throws {
        server.output.show(try await server.client().send(.get, "/admin/v1/keys"), KeyText.table)
    }
}
