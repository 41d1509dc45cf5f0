import ArgumentParser

/// `tessera key retire`
struct KeyRetireCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire",
        abstract: "Let a key make no more tokens, as soon as a successor is ready; those it made stay good.",
        discussion: Availability.needsServer)

    @Argument(help: "The kid, as 'tessera key list' prints it; write -- before one that begins with a dash.")
    var kid: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let path = "/admin/v1/keys/\(AdministrationClient.segment(kid))/retire"
        try await server.client().send(.post, path)
        server.output.confirm(
            "The key \(kid) retires when its successor is ready ('tessera key list' says when); the tokens it made stay good."
        )
    }
}
