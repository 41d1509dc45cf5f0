import ArgumentParser

/// `tessera token revoke`
struct TokenRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a token, as the client that owns it (RFC 7009).",
        discussion: "An unknown token is no error: it does not work either way. \(Availability.anyIssuer)")

    @OptionGroup var token: TokenArgument
    @OptionGroup var issuer: IssuerOptions
    @OptionGroup var client: ClientProofOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let text = try token.text()
        let proof = try client.proof()
        let remote = try await issuer.discover()
        let answer = try await remote.post(
            [("token", text)], to: "revocation_endpoint", as: proof, at: Composition.now())
        guard answer.status == 200 else { throw RemoteFailure.failure(answer) }
        output.confirm("The token no longer works.")
    }
}
