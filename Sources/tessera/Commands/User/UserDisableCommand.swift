import ArgumentParser
import JOSE

/// `tessera user disable`
struct UserDisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Keep a person out: no sign-in, and everything they are signed in to ends at once.",
        discussion: Availability.needsServer)

    @OptionGroup var user: UserArgument
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let client = await server.client()
        let body = JSONObject([("enabled", .bool(false))])
        server.output.show(try await client.send(.patch, user.path(asking: client), body: body), UserText.details)
    }
}
