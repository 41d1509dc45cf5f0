import ArgumentParser
import JOSE

/// `tessera client create`
struct ClientCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Register a client; its secret is printed once.",
        discussion:
            "With an option of 'Signing people in' it is one that people sign in to (grant types authorization_code and "
            + "refresh_token); without, one that acts for itself (client_credentials). \(Availability.needsServer)")

    @Argument(help: "Its client_id. Default: a random one.")
    var id: String?

    @Option(help: "What people call it. Default: its id.")
    var name: String?

    @Option(
        help: ArgumentHelp(
            "client_secret_basic, client_secret_post, private_key_jwt or none.", valueName: "method"))
    var authentication = "client_secret_basic"

    @Option(help: ArgumentHelp("A grant type it may use; may be repeated.", valueName: "type"))
    var grantType: [String] = []

    @Option(help: ArgumentHelp("An origin whose scripts may call the endpoints; may be repeated.", valueName: "origin"))
    var allowedOrigin: [String] = []

    @OptionGroup(title: "Signing people in") var relyingParty: RelyingPartyOptions
    @OptionGroup var credentials: CredentialOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        var body = JSONObject()
        if let id { body["id"] = .string(id) }
        guard let title = name ?? id else { throw ValidationError("Give an id or a --name.") }
        body["name"] = .string(title)
        body["authentication_method"] = .string(authentication)
        if !grantType.isEmpty { body["grant_types"] = .array(grantType.map(JSONValue.string)) }
        if !allowedOrigin.isEmpty { body["allowed_origins"] = .array(allowedOrigin.map(JSONValue.string)) }
        try credentials.add(to: &body)
        try relyingParty.add(to: &body)
        let client = try await server.client().send(.post, "/admin/v1/clients", body: body)
        server.output.show(client, ClientText.details)
    }
}
