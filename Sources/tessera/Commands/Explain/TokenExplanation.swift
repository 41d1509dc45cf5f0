import AuthorizationServer
import JOSE

/// Asks the server what it knows about a token, and says what its fault means.
enum TokenExplanation {
    static func show(_ token: String, by server: ServerOptions) async throws {
        let body = JSONObject([("token", .string(token))])
        let answer = try await server.client().send(.post, "/admin/v1/tokens/inspect", body: body)
        server.output.show(answer, text)
    }

    private static func text(_ answer: JSONObject) -> String {
        var facts = FactList()
        facts.add("active", answer.text("active"))
        facts.add("reason", answer.text("reason"))
        if let reason = answer.string("reason"), let check = Check(rawValue: "token_\(reason)") {
            facts.add("refused", check.explanation.refused)
            facts.add("checked", check.explanation.checked)
            facts.add("would pass", check.explanation.wouldPass)
            facts.add("to change it", check.explanation.change)
        }
        facts.add("format", answer.text("format"))
        facts.add("kid", answer.text("kid"))
        let claims = answer.object("claims") ?? JSONObject()
        for (name, _) in claims.members {
            facts.add(name, ["iat", "exp"].contains(name) ? claims.time(name) : claims.text(name))
        }
        return facts.text
    }
}
