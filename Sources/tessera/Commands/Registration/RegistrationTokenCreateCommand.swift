import ArgumentParser
import JOSE

/// `tessera registration-token create`
struct RegistrationTokenCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a token, printed once.", discussion: Availability.needsServer)

    @Option(help: "How many clients may register with it, 1 to 1000; by default one.")
    var uses: Int?

    @Option(
        help: ArgumentHelp(
            "For how long, 60 seconds to 30 days; by default an hour.", valueName: "seconds"))
    var expiresIn: Int?

    @OptionGroup var server: ServerOptions

    func run() async throws {
        var body = JSONObject()
        if let uses { body["uses"] = .integer(Int64(uses)) }
        if let expiresIn { body["expires_in"] = .integer(Int64(expiresIn)) }
        let token = try await server.client().send(.post, "/admin/v1/registration-tokens", body: body)
        server.output.show(token, RegistrationTokenText.created)
    }
}
