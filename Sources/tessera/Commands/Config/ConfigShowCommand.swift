import ArgumentParser
import JOSE

/// `tessera config show`
struct ConfigShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the settings in force and where each comes from; secrets are left out.",
        discussion: Availability.needsNothing)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let input = ConfigurationInput.process(config: options.config, flags: options.settings)
        let (configuration, problems) = await ConfigurationLoader.load(input)
        guard problems.isEmpty else { throw ConfigurationFailure(problems: problems) }
        output.show(ConfigurationText.json(configuration)) { _ in ConfigurationText.table(configuration) }
    }
}
