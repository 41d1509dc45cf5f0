import ArgumentParser

/// `tessera subject`
struct SubjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subject", abstract: "End the tokens that speak for a subject.",
        discussion: Availability.needsServer, subcommands: [RevokeTokens.self])

    /// `tessera subject revoke-tokens`
    struct RevokeTokens: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke-tokens", abstract: "End every token of this subject so far.",
            discussion: Availability.needsServer)

        @Argument(help: "The subject ('sub'); for a client on its own behalf, its client_id.")
        var id: String

        @OptionGroup var server: ServerOptions

        func run() async throws {
            let path = "/admin/v1/subjects/\(AdministrationClient.segment(id))/revoke-tokens"
            let answer = try await server.client().send(.post, path)
            server.output.show(answer) { "All tokens of \(id) so far have ended (epoch \($0.text("epoch")))." }
        }
    }
}
