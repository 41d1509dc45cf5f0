import ArgumentParser

/// `tessera client`
struct ClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "Register and change clients, their secrets and permissions.",
        discussion: Availability.needsServer,
        subcommands: [
            ClientCreateCommand.self, ClientListCommand.self, ClientShowCommand.self, ClientUpdateCommand.self,
            ClientDeleteCommand.self, OwnerSecretCommand<ClientOwner>.self, ClientPermitCommand.self,
            ClientForbidCommand.self,
            ClientPermissionsCommand.self, OwnerRevokeTokensCommand<ClientOwner>.self,
        ])
}
