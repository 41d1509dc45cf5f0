import ArgumentParser
import JOSE

/// `tessera client update`
struct ClientUpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change a client; disabling it ends all its tokens at once.",
        discussion: Availability.needsServer)

    @Argument(help: "Its client_id.")
    var id: String

    @Option(help: "What people call it.")
    var name: String?

    @OptionGroup var switching: SwitchOptions

    @Option(help: ArgumentHelp("Replaces the grant types; may be repeated.", valueName: "type"))
    var grantType: [String] = []

    @Option(help: ArgumentHelp("Replaces the allowed origins; may be repeated.", valueName: "origin"))
    var allowedOrigin: [String] = []

    @Flag(help: "Take all allowed origins away.")
    var noAllowedOrigins = false

    @Option(help: ArgumentHelp("Change it only if this is still its version.", valueName: "number"))
    var version: Int?

    @OptionGroup(title: "Signing people in") var relyingParty: RelyingPartyOptions
    @OptionGroup var credentials: CredentialOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        var body = JSONObject()
        if let name { body["name"] = .string(name) }
        if let enabled = switching.enabled { body["enabled"] = .bool(enabled) }
        if !grantType.isEmpty { body["grant_types"] = .array(grantType.map(JSONValue.string)) }
        if noAllowedOrigins || !allowedOrigin.isEmpty {
            body["allowed_origins"] = .array(allowedOrigin.map(JSONValue.string))
        }
        try credentials.add(to: &body)
        try relyingParty.add(to: &body)
        guard !body.isEmpty else { throw ValidationError("Say what to change.") }
        if let version { body["version"] = .integer(Int64(version)) }
        let path = "/admin/v1/clients/" + AdministrationClient.segment(id)
        server.output.show(try await server.client().send(.patch, path, body: body), ClientText.details)
    }
}
