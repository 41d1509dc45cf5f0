import ArgumentParser
import JOSE
import OAuth

/// `tessera user password`
struct UserPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Set a person's password; they are signed out everywhere.",
        discussion: "Without --password-file it is typed at the terminal, unseen. \(Availability.needsServer)")

    @OptionGroup var user: UserArgument
    @OptionGroup var password: PasswordOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let client = await server.client()
        let path = try await user.path("/password", asking: client)
        let body = JSONObject([("password", .string(try password.password().revealedValue))])
        try await client.send(.put, path, body: body)
        server.output.confirm("\(user.user) has a new password and is signed out everywhere.")
    }
}
