import ArgumentParser
import JOSE

/// `tessera resource create`
struct ResourceCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Register a resource; the secret for introspection is printed once.",
        discussion: Availability.needsServer)

    @Argument(help: "The id with which it authenticates. Default: a random one.")
    var id: String?

    @Option(help: ArgumentHelp("What clients ask for and what stands in 'aud': an absolute URI.", valueName: "url"))
    var identifier: String

    @Option(help: ArgumentHelp("All scope tokens it knows, separated by spaces.", valueName: "tokens"))
    var scope: String

    @Option(help: "What people call it. Default: its identifier.")
    var name: String?

    @Option(help: ArgumentHelp("client_secret_basic, client_secret_post or private_key_jwt.", valueName: "method"))
    var authentication: String?

    @OptionGroup var tokens: ResourceOptions
    @OptionGroup var credentials: CredentialOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        var body = JSONObject()
        if let id { body["id"] = .string(id) }
        body["identifier"] = .string(identifier)
        body["name"] = .string(name ?? identifier)
        body["scope"] = .string(scope)
        if let authentication { body["authentication_method"] = .string(authentication) }
        try tokens.add(to: &body)
        try credentials.add(to: &body)
        let resource = try await server.client().send(.post, "/admin/v1/resources", body: body)
        server.output.show(resource, ResourceText.details)
    }
}
