import ArgumentParser
import JOSE

/// `tessera client permit`
struct ClientPermitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "permit", abstract: "Let a client get tokens for a resource, or replace what it may do there.",
        discussion: "Taking something away ends the tokens that hang from the permission. \(Availability.needsServer)")

    @Argument(help: "The id of the client.")
    var id: String

    @Option(help: ArgumentHelp("The identifier of the resource.", valueName: "url"))
    var resource: String

    @Option(help: ArgumentHelp("Scope tokens, separated by spaces.", valueName: "tokens"))
    var scope: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let body = JSONObject([("resource", .string(resource)), ("scope", .string(scope))])
        let path = "/admin/v1/clients/\(AdministrationClient.segment(id))/permissions"
        let grant = try await server.client().send(.put, path, body: body)
        server.output.show(grant, PermissionText.details)
    }
}
