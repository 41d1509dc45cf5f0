/// Where things lie on disk; what is not named lies in the data folder.
extension Configuration {
    package var dataFolder: String { FilePath.absolute(text(.data) ?? "data", from: baseFolder) }
    package var databasePath: String { text(.databasePath) ?? dataFolder + "/tessera.sqlite" }
    package var masterKeyPath: String { text(.masterKeyFile) ?? dataFolder + "/master.key" }
    package var administrationSocket: String { text(.administrationSocket) ?? dataFolder + "/admin/tessera.sock" }
    package var developmentTLSFolder: String { dataFolder + "/tls" }
    package var issuerText: String { text(.issuer) ?? "" }

    /// Where a setting without a value of its own points, for `config show`.
    package func derivedValue(of key: SettingKey) -> String? {
        switch key {
        case .data: dataFolder
        case .databasePath: databasePath
        case .masterKeyFile: masterKeyPath
        case .administrationSocket: administrationSocket
        default: nil
        }
    }
}
