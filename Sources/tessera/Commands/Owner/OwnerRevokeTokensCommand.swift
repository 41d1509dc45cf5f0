import ArgumentParser
import JOSE

/// `tessera client revoke-tokens` and `tessera resource revoke-tokens`
struct OwnerRevokeTokensCommand<Owner: CredentialOwner>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "revoke-tokens", abstract: "End every token \(preposition) this \(Owner.word) so far.",
            discussion: Availability.needsServer)
    }

    private static var preposition: String { Owner.word == ClientOwner.word ? "of" : "for" }

    @Argument(help: "The id of the \(Owner.word).")
    var id: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let answer = try await server.client().send(.post, Owner.path(id, "revoke-tokens"))
        server.output.show(answer) {
            "All tokens of the \(Owner.word) \(id) so far have ended (epoch \($0.text("epoch")))."
        }
    }
}
