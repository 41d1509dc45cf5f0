import ArgumentParser
import JOSE

/// `tessera resource revoke-tokens`
struct ResourceRevokeTokensCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke-tokens", abstract: "End every token for this resource so far.",
        discussion: Availability.needsServer)

    @Argument(help: "The id of the resource.")
    var id: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let path = "/admin/v1/resources/\(AdministrationClient.segment(id))/revoke-tokens"
        let answer = try await server.client().send(.post, path)
        server.output.show(answer) { "All tokens of the resource \(id) so far have ended (epoch \($0.text("epoch")))." }
    }
}
