import ArgumentParser
import JOSE

/// `tessera user enable`
struct UserEnableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Let a disabled person sign in again; what has ended stays ended.",
        discussion: Availability.needsServer)

    @OptionGroup var user: UserArgument
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let client = await server.client()
        let body = JSONObject([("enabled", .bool(true))])
        server.output.show(try await client.send(.patch, user.path(asking: client), body: body), UserText.details)
    }
}
