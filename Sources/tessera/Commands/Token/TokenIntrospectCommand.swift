import ArgumentParser
import JOSE

/// `tessera token introspect`
struct TokenIntrospectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "introspect",
        abstract: "Ask the issuer about a token, as the resource that received it (RFC 7662).",
        discussion: "Exits with 0 when the token is active and with 1 when it is not. \(Availability.anyIssuer)")

    @OptionGroup var token: TokenArgument
    @OptionGroup var issuer: IssuerOptions
    @OptionGroup var client: ClientProofOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let text = try token.text()
        let proof = try client.proof()
        let remote = try await issuer.discover()
        let form = [("token", text)]
        let answer = try await remote.post(form, to: "introspection_endpoint", as: proof, at: Composition.now())
        let json = try RemoteFailure.success(answer)
        output.show(json) { json in
            var facts = FactList()
            for (name, _) in json.members { facts.add(name, json.text(name)) }
            return facts.text
        }
        guard json.bool("active") == true else { throw ExitCode(ExitStatus.failure.rawValue) }
    }
}
