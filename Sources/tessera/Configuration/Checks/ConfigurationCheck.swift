package import JOSE

/// Finds every reason not to start with a configuration whose values are well-formed by themselves.
package struct ConfigurationCheck {
    let configuration: Configuration
    let environment: [String: String]
    let now: NumericDate
    private(set) var problems: [ConfigurationProblem] = []

    /// All of them, in the order of the table.
    package static func problems(
        of configuration: Configuration, environment: [String: String], at now: NumericDate
    ) -> [ConfigurationProblem] {
        var check = ConfigurationCheck(configuration: configuration, environment: environment, now: now)
        check.checkConfigurationFile()
        check.checkIssuer()
        check.checkListener()
        check.checkAdministration()
        check.checkProxies()
        if configuration.flag(.gatewayEnabled) { check.checkGateway() }
        check.checkDurations()
        check.checkPeople()
        check.checkMail()
        check.checkAlarms()
        check.checkStatusLists()
        check.checkDataFolder()
        check.checkMasterKey()
        check.checkCertificate()
        return check.problems
    }

    /// The same for `tessera gateway`, which has neither database nor keys of its own.
    package static func gatewayProblems(
        of configuration: Configuration, at now: NumericDate
    ) -> [ConfigurationProblem] {
        var check = ConfigurationCheck(configuration: configuration, environment: [:], now: now)
        check.checkConfigurationFile()
        check.checkProxies()
        check.checkGateway()
        check.checkCertificate()
        return check.problems
    }

    private init(configuration: Configuration, environment: [String: String], now: NumericDate) {
        self.configuration = configuration
        self.environment = environment
        self.now = now
    }

    mutating func refuse(
        _ code: ConfigurationProblem.Code, _ key: SettingKey, _ message: String, fix remedy: String
    ) {
        problems.append(ConfigurationProblem(code, key, message, fix: remedy))
    }

    mutating func append(_ problem: ConfigurationProblem) { problems.append(problem) }

    /// A file with a secret in it is a secret itself.
    private mutating func checkConfigurationFile() {
        guard let path = configuration.file, let facts = FileFacts(path) else { return }
        let holdsSecret = SettingsTable.all.contains { setting in
            guard setting.isSecret, case .file? = configuration[setting.key]?.source else { return false }
            return true
        }
        if holdsSecret, facts.isReadableByOthers {
            problems.append(
                ConfigurationProblem(
                    .fileExposed, path, "it holds a secret and others may read it (mode \(facts.modeText))",
                    fix: "Run 'chmod 600 \(path)', or move the secret to the environment."))
        } else if facts.isWritableByOthers {
            problems.append(
                ConfigurationProblem(
                    .fileExposed, path, "others may write to it (mode \(facts.modeText))",
                    fix: "Run 'chmod go-w \(path)'."))
        }
    }

    private mutating func checkDurations() {
        let announcement = configuration.integer(.keysAnnouncement)
        if announcement < 2 * configuration.integer(.keysCacheLifetime) {
            refuse(
                .contradiction, .keysAnnouncement, "it is less than twice keys.cache-lifetime",
                fix: "A verifier could miss a key before it is used: announce longer, or cache for a shorter time.")
        }
        if announcement >= configuration.integer(.keysRotation) {
            refuse(
                .contradiction, .keysAnnouncement, "it is not shorter than keys.rotation",
                fix: "A key must be announced after its predecessor has begun to sign: rotate less often.")
        }
        if configuration.integer(.limitsConnectionsPerAddress) > configuration.integer(.limitsConnections) {
            refuse(
                .contradiction, .limitsConnectionsPerAddress, "it is more than limits.connections",
                fix: "One address could take every connection: lower it.")
        }
    }
}
