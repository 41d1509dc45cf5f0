import ArgumentParser
import JOSE

/// `tessera token explain`
struct TokenExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say what the server knows about a token, and why it does not work.",
        discussion: "For operators: introspection gives no reasons. \(Availability.needsServer)")

    @OptionGroup var token: TokenArgument
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let body = JSONObject([("token", .string(try token.text()))])
        let answer = try await server.client().send(.post, "/admin/v1/tokens/inspect", body: body)
        server.output.show(answer) { answer in
            var facts = FactList()
            facts.add("active", answer.text("active"))
            facts.add("reason", answer.text("reason"))
            facts.add("format", answer.text("format"))
            facts.add("kid", answer.text("kid"))
            let claims = answer.object("claims") ?? JSONObject()
            for (name, _) in claims.members {
                facts.add(name, ["iat", "exp"].contains(name) ? claims.time(name) : claims.text(name))
            }
            return facts.text
        }
    }
}
