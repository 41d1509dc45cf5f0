import ArgumentParser

/// `tessera token explain`
struct TokenExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say what the server knows about a token, and why it does not work.",
        discussion: "The same as 'tessera explain TOKEN'. For operators: introspection gives no reasons. "
            + Availability.needsServer)

    @OptionGroup var token: TokenArgument
    @OptionGroup var server: ServerOptions

    func run() async throws { try await TokenExplanation.show(try token.text(), by: server) }
}
