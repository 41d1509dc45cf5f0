import ArgumentParser
import JOSE

/// `tessera api-key report`
struct APIKeyReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Quarantine a key that leaked; its owner is told.",
        discussion: """
            The key is read from standard input: an argument would be seen by everybody on this machine. \
            \(Availability.needsServer)
            """)

    @OptionGroup var server: ServerOptions

    func run() async throws {
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw ValidationError("Give the key on standard input.")
        }
        let body = JSONObject([("api_key", .string(line))])
        let answer = try await server.client().send(.post, "/admin/v1/leaked-api-keys", body: body)
        server.output.show(answer, APIKeyLines.reported)
    }
}
