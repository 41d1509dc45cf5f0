import ArgumentParser

/// `tessera registration-token list`
struct RegistrationTokenListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the tokens by id, without what they are made of.",
        discussion: Availability.needsServer)

    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let tokens = try await server.client().send(.get, "/admin/v1/registration-tokens", query: page.query)
        server.output.show(tokens, RegistrationTokenText.table)
    }
}
