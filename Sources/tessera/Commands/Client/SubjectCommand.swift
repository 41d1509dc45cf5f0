import ArgumentParser

/// `tessera subject`
struct SubjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subject", abstract: "End the access tokens that speak for a subject.",
        discussion: Availability.needsServer, subcommands: [RevokeTokens.self])

    /// `tessera subject revoke-tokens`
    struct RevokeTokens: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke-tokens", abstract: "End every access token of this subject so far.",
            discussion: """
                Those of a person whatever 'sub' their clients are told. Refresh tokens go on; 'tessera user end-sessions' \
                ends all that a person gave. \(Availability.needsServer)
                """)

        @Argument(
            help: "A person's id; a client's id, for its tokens on its own behalf; or the 'sub' of a pairwise client.")
        var id: String

        @OptionGroup var server: ServerOptions

        func run() async throws {
            let path = "/admin/v1/subjects/\(AdministrationClient.segment(id))/revoke-tokens"
            let answer = try await server.client().send(.post, path)
            server.output.show(answer) { answer in
                let end = "so far have ended (epoch \(answer.text("epoch")))."
                return switch answer.text("names") {
                case "person": "All access tokens of the person \(id) \(end)"
                case "client": "All access tokens of the client \(id) on its own behalf \(end)"
                default:
                    "All access tokens with the subject \(id) \(end) No person or client has this id: it was taken for "
                        + "the name that a client with pairwise subjects is told."
                }
            }
        }
    }
}
