import ArgumentParser

/// `tessera resource`
struct ResourceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resource", abstract: "Register and change protected resources: the APIs that accept tokens.",
        discussion: Availability.needsServer,
        subcommands: [
            ResourceCreateCommand.self, ResourceListCommand.self, ResourceShowCommand.self, ResourceUpdateCommand.self,
            ResourceDeleteCommand.self, OwnerSecretCommand<ResourceOwner>.self,
            OwnerRevokeTokensCommand<ResourceOwner>.self,
        ])
}
