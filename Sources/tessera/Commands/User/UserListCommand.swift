import ArgumentParser

/// `tessera user list`
struct UserListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List people by id.", discussion: Availability.needsServer)

    @Option(help: ArgumentHelp("Only those whose user name or address begins so.", valueName: "text"))
    var search: String?

    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let users = try await server.client().send(.get, "/admin/v1/users", query: [("search", search)] + page.query)
        server.output.show(users, UserText.table)
    }
}
