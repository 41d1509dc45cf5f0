import ArgumentParser
import JOSE

/// `tessera config check`
struct ConfigCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "List every reason why 'tessera serve' would not start with this configuration.",
        discussion: Availability.needsNothing)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let configuration = try await options.require(at: Composition.now())
        output.show(JSONObject([("problems", .array([]))])) { _ in
            "The configuration is good: \(configuration.file ?? "no file, environment and options only")"
        }
    }
}
