import ArgumentParser
import JOSE

/// `tessera key rotate`
struct KeyRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Announce the next key now; it takes over when verifiers know it.",
        discussion: Availability.needsServer)

    @Argument(help: "signing:ES256 (or another algorithm), sealing, feed, or all.")
    var purpose = "all"

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let body = JSONObject([("purpose", .string(purpose))])
        let answer = try await server.client().send(.post, "/admin/v1/keys/rotate", body: body)
        server.output.show(answer, KeyText.table)
    }
}
