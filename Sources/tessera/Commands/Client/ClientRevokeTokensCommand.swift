import ArgumentParser
import JOSE

/// `tessera client revoke-tokens`
struct ClientRevokeTokensCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke-tokens", abstract: "End every token of this client so far.",
        discussion: Availability.needsServer)

    @Argument(help: "The id of the client.")
    var id: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let path = "/admin/v1/clients/\(AdministrationClient.segment(id))/revoke-tokens"
        let answer = try await server.client().send(.post, path)
        server.output.show(answer) { "All tokens of the client \(id) so far have ended (epoch \($0.text("epoch")))." }
    }
}
