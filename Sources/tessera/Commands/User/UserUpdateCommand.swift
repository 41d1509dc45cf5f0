import ArgumentParser
import JOSE

/// `tessera user update`
struct UserUpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change what is known about a person.", discussion: Availability.needsServer)

    @OptionGroup var user: UserArgument

    @Option(help: "Another user name.")
    var username: String?

    @Flag(help: "Take the e-mail address away.")
    var noEmail = false

    @Flag(help: "Take all groups away.")
    var noGroups = false

    @Flag(help: "Take all roles away.")
    var noRoles = false

    @Option(help: ArgumentHelp("Take an attribute away; may be repeated.", valueName: "name"))
    var removeAttribute: [String] = []

    @Option(help: ArgumentHelp("Change it only if this is still its version.", valueName: "number"))
    var version: Int?

    @OptionGroup var profile: ProfileOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard noEmail, profile.email != nil else { return }
        throw ValidationError("Give --email or --no-email, not both.")
    }

    func run() async throws {
        var body = JSONObject()
        if let username { body["username"] = .string(username) }
        try profile.add(to: &body)
        if noEmail { body["email"] = .null }
        if noGroups { body["groups"] = .array([]) }
        if noRoles { body["roles"] = .array([]) }
        if !removeAttribute.isEmpty {
            var attributes = body.object("attributes") ?? JSONObject()
            for name in removeAttribute { attributes[name] = .null }
            body["attributes"] = .object(attributes)
        }
        guard !body.isEmpty else { throw ValidationError("Say what to change.") }
        if let version { body["version"] = .integer(Int64(version)) }
        let client = await server.client()
        server.output.show(
            try await client.send(.patch, user.path(asking: client), body: body), UserText.details)
    }
}
