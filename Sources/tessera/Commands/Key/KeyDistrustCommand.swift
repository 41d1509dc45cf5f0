import ArgumentParser

/// `tessera key distrust`
struct KeyDistrustCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "distrust", abstract: "Emergency: end a leaked key and everything it ever made.",
        discussion: "A new key takes its place at once. This cannot be undone. \(Availability.needsServer)")

    @Argument(help: "The kid, as 'tessera key list' prints it; write -- before one that begins with a dash.")
    var kid: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let path = "/admin/v1/keys/\(AdministrationClient.segment(kid))/distrust"
        try await server.client().send(.post, path)
        server.output.confirm("The key \(kid) is distrusted; nothing that it made is accepted any more.")
    }
}
