import ArgumentParser
import JOSE

/// `tessera token get`
struct TokenGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Get an access token with the client_credentials grant.",
        discussion: Availability.anyIssuer)

    @Option(
        help: ArgumentHelp("Scope tokens, separated by spaces. Default: all that is permitted.", valueName: "tokens"))
    var scope: String?

    @Option(help: ArgumentHelp("The resource that the token is for (RFC 8707).", valueName: "url"))
    var resource: String?

    @Flag(help: "Print the access token alone, for scripts.")
    var bare = false

    @OptionGroup var issuer: IssuerOptions
    @OptionGroup var client: ClientProofOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let proof = try client.proof()
        let remote = try await issuer.discover()
        var form = [("grant_type", "client_credentials")]
        if let scope { form.append(("scope", scope)) }
        if let resource { form.append(("resource", resource)) }
        let answer = try await remote.post(form, to: "token_endpoint", as: proof, at: Composition.now())
        let json = try RemoteFailure.success(answer)
        guard let token = json.string("access_token") else {
            throw CommandFailure(.failure, "answer_unreadable", "the answer holds no access_token")
        }
        guard !bare else { return Console.print(token) }
        output.show(json) { json in
            var facts = FactList()
            facts.add("access token", token)
            facts.add("type", json.text("token_type"))
            facts.add("expires in", "\(json.text("expires_in")) s")
            facts.add("scope", json.text("scope"))
            return facts.text
        }
    }
}
