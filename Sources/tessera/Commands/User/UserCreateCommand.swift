import ArgumentParser
import JOSE
import OAuth

/// `tessera user create`
struct UserCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Register a person.",
        discussion: "Without a password, invite them: 'tessera user invite'. \(Availability.needsServer)")

    @Argument(help: "The user name.")
    var username: String

    @Flag(help: "Ask for a password at the terminal.")
    var askPassword = false

    @OptionGroup var password: PasswordOptions
    @OptionGroup var profile: ProfileOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        var body = JSONObject([("username", .string(username))])
        try profile.add(to: &body)
        if askPassword || password.passwordFile != nil {
            body["password"] = .string(try password.password().revealedValue)
        }
        server.output.show(try await server.client().send(.post, "/admin/v1/users", body: body), UserText.details)
    }
}
