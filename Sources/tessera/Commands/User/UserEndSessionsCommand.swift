import ArgumentParser
import JOSE

/// `tessera user end-sessions`
struct UserEndSessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end-sessions", abstract: "Sign a person out everywhere, or end one session.",
        discussion: Availability.needsServer)

    @OptionGroup var user: UserArgument

    @Option(help: ArgumentHelp("Only this one, as 'tessera user sessions' prints it.", valueName: "id"))
    var session: String?

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let client = await server.client()
        guard let session else {
            try await client.send(.delete, user.path("/sessions", asking: client))
            return server.output.confirm("\(user.user) is signed out everywhere.")
        }
        let theirs = try await client.send(.get, user.path("/sessions", asking: client)).objects("sessions")
        guard theirs.contains(where: { $0.string("id") == session }) else {
            throw CommandFailure(.notFound, "not_found", "\(user.user) has no such session")
        }
        try await client.send(.delete, "/admin/v1/sessions/" + AdministrationClient.segment(session))
        server.output.confirm("The session \(session) has ended, and all that hung from it.")
    }
}
