import FoundationEssentials

extension ConfigurationInput {
    /// What this process was started with. A file that nobody named is used if it exists.
    package static func process(config: String?, flags: [String]) -> ConfigurationInput {
        let environment = ProcessInfo.processInfo.environment
        let file = config ?? environment[fileVariable] ?? standardFiles.first { FileFacts($0) != nil }
        return ConfigurationInput(
            file: file, environment: environment, flags: flags,
            workingDirectory: FileManager.default.currentDirectoryPath)
    }
}
