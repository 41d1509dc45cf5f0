import ArgumentParser

/// `tessera client permissions`
struct ClientPermissionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "permissions", abstract: "List what a client may do, by resource.",
        discussion: Availability.needsServer)

    @Argument(help: "The id of the client.")
    var id: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let path = "/admin/v1/clients/\(AdministrationClient.segment(id))/permissions"
        server.output.show(try await server.client().send(.get, path), PermissionText.table)
    }
}
