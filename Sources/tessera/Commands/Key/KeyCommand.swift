import ArgumentParser

/// `tessera key`
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "List, rotate, retire and distrust the issuer's keys.",
        discussion: Availability.needsServer,
        subcommands: [
            KeyListCommand.self, KeyRotateCommand.self, KeyRetireCommand.self, KeyDistrustCommand.self,
        ])
}
