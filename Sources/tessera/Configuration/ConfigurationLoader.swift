import Configuration

/// Reads flags, environment and file, in this order of strength, and says everything that is wrong with them.
package struct ConfigurationLoader {
    private let input: ConfigurationInput
    private var problems: [ConfigurationProblem] = []
    private var lines: [SettingKey: Int] = [:]

    /// The configuration as far as it could be read, and what is wrong with what was written.
    package static func load(_ input: ConfigurationInput) async -> (Configuration, [ConfigurationProblem]) {
        var loader = ConfigurationLoader(input: input)
        let configuration = await loader.load()
        return (configuration, loader.problems)
    }

    private init(input: ConfigurationInput) { self.input = input }

    private mutating func load() async -> Configuration {
        let folder = input.file.map { FilePath.folder(of: FilePath.absolute($0, from: input.workingDirectory)) }
        var configuration = Configuration(baseFolder: folder ?? input.workingDirectory, file: input.file)
        checkVariables()
        checkFlags()
        let providers = await self.providers()
        for setting in SettingsTable.all {
            guard let entry = entry(of: setting, from: providers, folder: folder) else { continue }
            configuration[setting.key] = entry
        }
        return configuration
    }

    /// A place that values come from, and the key by which it knows a setting.
    private struct Origin {
        let provider: any ConfigProvider
        let source: (SettingKey) -> SettingSource
        let key: (SettingKey) -> AbsoluteConfigKey
        /// Relative paths start here.
        let folder: String
    }

    private mutating func providers() async -> [Origin] {
        let plainKey: (SettingKey) -> AbsoluteConfigKey = { AbsoluteConfigKey($0.components) }
        var origins = [
            Origin(
                provider: CommandLineArgumentsProvider(arguments: ["tessera"] + input.flags),
                source: { .flag($0.flagName) }, key: plainKey, folder: input.workingDirectory),
            Origin(
                provider: EnvironmentVariablesProvider(environmentVariables: input.environment),
                source: { .environment($0.environmentName) },
                key: { AbsoluteConfigKey([$0.environmentName.lowercased()]) }, folder: input.workingDirectory),
        ]
        guard let named = input.file else { return origins }
        let path = FilePath.absolute(named, from: input.workingDirectory)
        let file = ConfigurationFile(path: path)
        problems += file.problems
        lines = file.lines
        guard file.hasValues else { return origins }
        do {
            let location = InMemoryProvider(values: ["filePath": ConfigValue(.string(path), isSecret: false)])
            let provider = try await FileProvider<YAMLSnapshot>(config: ConfigReader(provider: location))
            origins.append(
                Origin(
                    provider: provider, source: { _ in .file(named) }, key: plainKey, folder: FilePath.folder(of: path))
            )
        } catch {
            refuse(.fileMalformed, path, "it cannot be read as settings", fix: "Write 'key: value' lines.")
        }
        return origins
    }

    private mutating func entry(
        of setting: Setting, from origins: [Origin], folder: String?
    ) -> Configuration.Entry? {
        for origin in origins {
            let source = origin.source(setting.key)
            do {
                let key = origin.key(setting.key)
                guard let found = try origin.provider.value(forKey: key, type: setting.configType).value else {
                    continue
                }
                guard let value = check(found.content, of: setting, from: source, folder: origin.folder) else {
                    return nil
                }
                return Configuration.Entry(value: value, source: source)
            } catch {
                refuse(
                    .wrongType, setting.key.rawValue, "\(place(setting.key, source)) must be \(setting.expectation)",
                    fix: "Correct it, or remove it to use the default (\(setting.defaultText)).")
                return nil
            }
        }
        return nil
    }

    private mutating func check(
        _ content: ConfigContent, of setting: Setting, from source: SettingSource, folder: String
    ) -> SettingValue? {
        let place = place(setting.key, source)
        switch (content, setting.kind) {
        case (.string(let text), _) where text.isEmpty:
            refuse(.emptyValue, setting.key.rawValue, "\(place) is empty", fix: "Give it a value, or remove it.")
            return nil
        case (.string(let text), .path):
            return .text(FilePath.absolute(text, from: folder))
        case (.string(let text), .choice(let allowed)) where !allowed.contains(text):
            refuse(.notAllowed, setting.key.rawValue, "\(place) is \(text)", fix: "Use \(setting.expectation).")
            return nil
        case (.string(let text), _):
            return .text(text)
        case (.bool(let flag), _):
            return .flag(flag)
        case (.int(let number), .integer(let range, let unit)) where !range.contains(number):
            refuse(
                .outOfRange, setting.key.rawValue, "\(place) is \(number)",
                fix: "Use \(range.lowerBound) to \(range.upperBound) \(unit).")
            return nil
        case (.int(let number), _):
            return .integer(number)
        case (.stringArray(let items), .choices(let allowed))
        where items.isEmpty || !items.allSatisfy(allowed.contains):
            refuse(
                .notAllowed, setting.key.rawValue, "\(place) is [\(items.joined(separator: ", "))]",
                fix: "Use one or more of \(allowed.joined(separator: ", ")).")
            return nil
        case (.stringArray(let items), _):
            return .list(items)
        default:
            return nil
        }
    }

    private func place(_ key: SettingKey, _ source: SettingSource) -> String {
        guard case .file(let path) = source, let line = lines[key] else { return source.description }
        return "line \(line) of \(path)"
    }

    /// A misspelt variable would be ignored in silence, and the server run with a default that nobody wanted.
    private mutating func checkVariables() {
        let known = SettingKey.allCases.map(\.environmentName)
        for name in input.environment.keys.sorted() where name.hasPrefix(ConfigurationInput.prefix) {
            guard !known.contains(name), !ConfigurationInput.otherVariables.contains(name) else { continue }
            refuse(
                .unknownVariable, name, "this environment variable names no setting",
                fix: NearestName.of(name, among: known).map { "Did you mean \($0)?" } ?? "Unset it.")
        }
    }

    private mutating func checkFlags() {
        let known = SettingKey.allCases.map(\.flagName)
        var mayBeValue = false
        for argument in input.flags {
            guard argument.hasPrefix("--") else {
                if !mayBeValue { refuse(.unknownFlag, argument, "this argument belongs to nothing", fix: "Remove it.") }
                continue
            }
            let name = String(argument.prefix { $0 != "=" })
            mayBeValue = !argument.contains("=")
            guard !known.contains(name) else { continue }
            refuse(
                .unknownFlag, name, "there is no such option",
                fix: NearestName.of(name, among: known).map { "Did you mean \($0)?" } ?? "See --help.")
        }
    }

    private mutating func refuse(
        _ code: ConfigurationProblem.Code, _ subject: String, _ message: String, fix remedy: String
    ) {
        problems.append(ConfigurationProblem(code, subject, message, fix: remedy))
    }
}

extension Setting {
    /// The type that the providers are asked for.
    fileprivate var configType: ConfigType {
        switch kind {
        case .text, .path, .choice: .string
        case .flag: .bool
        case .integer: .int
        case .list, .choices: .stringArray
        }
    }
}
