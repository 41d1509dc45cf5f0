import ArgumentParser
import JOSE

/// `tessera user end-authorization`
struct UserEndAuthorizationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end-authorization",
        abstract: "End one authorization of a client, with its code, refresh token and access tokens.",
        discussion: Availability.needsServer)

    @OptionGroup var user: UserArgument

    @Argument(help: "The authorization, as 'tessera user applications' prints it.")
    var authorization: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let client = await server.client()
        let theirs = try await client.send(.get, user.path("/applications", asking: client)).objects("authorizations")
        guard let found = theirs.first(where: { $0.string("id") == authorization }) else {
            throw CommandFailure(.notFound, "not_found", "\(user.user) has no such authorization")
        }
        let path = "/admin/v1/clients/" + AdministrationClient.segment(found.text("client"))
        let registered = try? await client.send(.get, path)
        try await client.send(.delete, "/admin/v1/authorizations/" + AdministrationClient.segment(authorization))
        server.output.confirm(AuthorizationEnding.text(of: authorization, client: registered))
    }
}
