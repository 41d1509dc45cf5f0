import ArgumentParser
import JOSE

/// `tessera status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "What runs, since when, and how much it knows.",
        discussion: Availability.needsServer)

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let status = try await server.client().send(.get, "/admin/v1/status")
        server.output.show(status) { status in
            var facts = FactList()
            facts.add("version", status.text("version"))
            facts.add("issuer", status.text("issuer"))
            facts.add("started", status.time("started_at"))
            facts.add("uptime", "\(status.text("uptime")) s")
            facts.add("clients", status.text("clients"))
            facts.add("resources", status.text("resources"))
            return facts.text + "\n\n" + KeyText.table(status)
        }
    }
}
