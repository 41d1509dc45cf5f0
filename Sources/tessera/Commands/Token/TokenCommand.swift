import ArgumentParser

/// `tessera token`
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Get, read, check and end tokens of any OAuth server.",
        discussion: """
            get, inspect, introspect and revoke work against any OAuth server by its issuer URL. explain and end ask the \
            server of this machine over its administration socket.
            """,
        subcommands: [
            TokenGetCommand.self, TokenInspectCommand.self, TokenIntrospectCommand.self, TokenRevokeCommand.self,
            TokenExplainCommand.self, TokenEndCommand.self,
        ])
}
