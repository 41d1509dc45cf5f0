/// Everything that the configuration is read from; tests give it values of their own.
package struct ConfigurationInput: Sendable {
    /// `nil`: there is no file, and nobody named one.
    package var file: String?
    package var environment: [String: String]
    /// `--listen-port 9000 --log-level=debug …`
    package var flags: [String]
    package var workingDirectory: String

    package init(file: String?, environment: [String: String], flags: [String], workingDirectory: String) {
        self.file = file
        self.environment = environment
        self.flags = flags
        self.workingDirectory = workingDirectory
    }

    /// Variables with our prefix that are no settings.
    package static let otherVariables: Set<String> = [
        Self.fileVariable, Self.clientSecretVariable,
    ]
    /// Names the configuration file.
    package static let fileVariable = "TESSERA_CONFIG"
    /// Gives `tessera token` the secret of the client.
    package static let clientSecretVariable = "TESSERA_CLIENT_SECRET"
    static let prefix = "TESSERA_"

    /// The file that is meant when none is named.
    package static let standardFiles = ["tessera.yaml", "/etc/tessera/tessera.yaml"]
}
