import ArgumentParser
import JOSE

/// `tessera resource update`
struct ResourceUpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change a protected resource.", discussion: Availability.needsServer)

    @Argument(help: "Its id, not its URL.")
    var id: String

    @Option(help: "What people call it.")
    var name: String?

    @Option(help: ArgumentHelp("All scope tokens it knows, separated by spaces.", valueName: "tokens"))
    var scope: String?

    @OptionGroup var switching: SwitchOptions

    @Option(help: ArgumentHelp("Change it only if this is still its version.", valueName: "number"))
    var version: Int?

    @OptionGroup var tokens: ResourceOptions
    @OptionGroup var credentials: CredentialOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        var body = JSONObject()
        if let name { body["name"] = .string(name) }
        if let scope { body["scope"] = .string(scope) }
        if let enabled = switching.enabled { body["enabled"] = .bool(enabled) }
        try tokens.add(to: &body)
        try credentials.add(to: &body)
        guard !body.isEmpty else { throw ValidationError("Say what to change.") }
        if let version { body["version"] = .integer(Int64(version)) }
        let path = "/admin/v1/resources/" + AdministrationClient.segment(id)
        server.output.show(try await server.client().send(.patch, path, body: body), ResourceText.details)
    }
}
