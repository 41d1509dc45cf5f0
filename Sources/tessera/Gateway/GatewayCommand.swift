import ArgumentParser
import FoundationEssentials

/// `tessera gateway`
struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway", abstract: "Run the gateway alone, before servers that know nothing of tokens.",
        discussion: """
            Answers proxies that ask whether a request may pass (docs/guide/gateway.md). Needs the settings of the \
            section gateway and nothing of a server's data; the issuer may be anywhere. 'tessera serve' does the same \
            inside the server when gateway.enabled is true. Logs as 'tessera serve' does.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let configuration = try await options.requireGateway(at: Composition.now())
        try await GatewayComposition(
            configuration: configuration, environment: ProcessInfo.processInfo.environment, now: Composition.now
        ).run()
    }
}
