import ArgumentParser

/// `tessera api-key`
struct APIKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-key",
        abstract: "Keys with which programs act for a person or for themselves, and honey keys that catch thieves.",
        discussion: Availability.needsServer,
        subcommands: [
            APIKeyCreateCommand.self, APIKeyListCommand.self, APIKeyShowCommand.self, APIKeyRerollCommand.self,
            APIKeyEndCommand.self, APIKeyReportCommand.self,
        ])
}
