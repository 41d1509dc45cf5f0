import ArgumentParser
import JOSE

/// The configuration as the commands that need all of it read it.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration file.",
            discussion: "Default: TESSERA_CONFIG, ./tessera.yaml, or /etc/tessera/tessera.yaml.", valueName: "file"))
    var config: String?

    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp(
            "Settings, such as --listen-port 9000; 'tessera config reference' lists them.", valueName: "settings"))
    var settings: [String] = []

    /// The configuration and everything that is wrong with it.
    func load(at now: NumericDate) async -> (Configuration, [ConfigurationProblem]) {
        await load { ConfigurationCheck.problems(of: $0, environment: $1.environment, at: now) }
    }

    /// The configuration of a gateway that runs alone, or a failure that lists all problems.
    func requireGateway(at now: NumericDate) async throws -> Configuration {
        let (configuration, problems) = await load { checked, _ in
            ConfigurationCheck.gatewayProblems(of: checked, at: now)
        }
        guard problems.isEmpty else { throw ConfigurationFailure(problems: problems) }
        return configuration
    }

    private func load(
        checking check: (Configuration, ConfigurationInput) -> [ConfigurationProblem]
    ) async -> (Configuration, [ConfigurationProblem]) {
        let input = ConfigurationInput.process(config: config, flags: settings)
        let (configuration, problems) = await ConfigurationLoader.load(input)
        let more = check(configuration, input)
        // A value that could not be read is already named; what follows from its default would only confuse.
        let named = Set(problems.map(\.subject))
        return (configuration, problems + more.filter { !named.contains($0.subject) })
    }

    /// The configuration, or a failure that lists all problems.
    func require(at now: NumericDate) async throws -> Configuration {
        let (configuration, problems) = await load(at: now)
        guard problems.isEmpty else { throw ConfigurationFailure(problems: problems) }
        return configuration
    }
}
