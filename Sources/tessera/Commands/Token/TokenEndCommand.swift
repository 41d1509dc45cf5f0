import ArgumentParser
import JOSE

/// `tessera token end`
struct TokenEndCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end", abstract: "End a token as an operator, by itself or by its jti.",
        discussion: Availability.needsServer)

    @Option(help: ArgumentHelp("The jti, if the token itself is not at hand.", valueName: "id"))
    var jti: String?

    @Option(help: ArgumentHelp("When that token expires (seconds since 1970).", valueName: "time"))
    var expiresAt: Int?

    @OptionGroup var token: TokenArgument
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard (jti == nil) == (expiresAt == nil) else { throw ValidationError("--jti and --expires-at go together.") }
    }

    func run() async throws {
        var body = JSONObject()
        if let jti, let expiresAt {
            body["jti"] = .string(jti)
            body["expires_at"] = .integer(Int64(expiresAt))
        } else {
            body["token"] = .string(try token.text())
        }
        let answer = try await server.client().send(.post, "/admin/v1/tokens/revoke", body: body)
        server.output.show(answer) { answer in
            answer.bool("revoked") == true
                ? "The token \(answer.text("jti")) has ended." : "The token \(answer.text("jti")) had ended before."
        }
    }
}
