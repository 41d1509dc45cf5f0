import ArgumentParser

/// `tessera grant`
struct GrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "End one permission by its id.", discussion: Availability.needsServer,
        subcommands: [Revoke.self])

    /// `tessera grant revoke`
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a permission and the tokens that hang from it.", discussion: Availability.needsServer)

        @Argument(help: "The id of the grant, as 'tessera client permissions' prints it.")
        var id: String

        @OptionGroup var server: ServerOptions

        func run() async throws {
            try await server.client().send(.post, "/admin/v1/grants/\(AdministrationClient.segment(id))/revoke")
            server.output.confirm("The grant \(id) has ended, and its tokens with it.")
        }
    }
}
