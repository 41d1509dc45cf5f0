import ArgumentParser
import JOSE

/// `tessera config check`
struct ConfigCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "List every reason why 'tessera serve' or 'tessera gateway' would not start with this configuration.",
        discussion: Availability.needsNothing)

    @Flag(help: "Check what 'tessera gateway' needs instead of what 'tessera serve' needs.")
    var gateway = false

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let now = Composition.now()
        let configuration = gateway ? try await options.requireGateway(at: now) : try await options.require(at: now)
        output.show(JSONObject([("problems", .array([]))])) { _ in
            "The configuration is good: \(configuration.file ?? "no file, environment and options only")"
        }
    }
}
