import ArgumentParser
import JOSE

/// `tessera health`
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Whether the server is ready; for containers and supervisors.",
        discussion: "Exits with 0 when ready, 1 when not, 3 when no server answers. \(Availability.needsServer)")

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let answer = try await server.client().answer(.get, "/health/ready")
        guard answer.status == 200 else {
            throw CommandFailure(
                .failure, "not_ready", "the server runs but is not ready", fix: "See its log, then 'tessera doctor'.")
        }
        server.output.show(answer.json) { _ in "ready" }
    }
}
