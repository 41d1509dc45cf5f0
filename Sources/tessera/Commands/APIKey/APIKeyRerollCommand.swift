import ArgumentParser
import JOSE

/// `tessera api-key reroll`
struct APIKeyRerollCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reroll", abstract: "Make the key that takes the place of another, printed once.",
        discussion: "The old one goes on for a while, so that nothing stands still. \(Availability.needsServer)")

    @Argument(help: "The id of the old key, not the key itself.")
    var id: String

    @Option(
        help: ArgumentHelp(
            "How long the old key goes on, up to 30 days; by default api-keys.overlap.", valueName: "seconds"))
    var overlap: Int?

    @OptionGroup var server: ServerOptions

    func run() async throws {
        var body = JSONObject()
        if let overlap { body["overlap"] = .integer(Int64(overlap)) }
        let path = "/admin/v1/api-keys/\(AdministrationClient.segment(id))/reroll"
        server.output.show(try await server.client().send(.post, path, body: body), APIKeyLines.created)
    }
}
