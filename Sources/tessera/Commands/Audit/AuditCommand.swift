import ArgumentParser
import JOSE

/// `tessera audit`
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Read the audit log: who did what, on what, and what was refused.",
        discussion: Availability.needsServer, subcommands: [List.self])

    /// `tessera audit list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List events, newest first.", discussion: Availability.needsServer)

        @Option(help: "What happened, such as client.created.")
        var action: String?

        @Option(help: "Who did it, such as uid:0 or client:ops.")
        var actor: String?

        @Option(help: "On what, such as client:reports.")
        var target: String?

        @Option(help: ArgumentHelp("From this second on (seconds since 1970).", valueName: "time"))
        var since: Int?

        @Option(help: ArgumentHelp("Before this second (seconds since 1970).", valueName: "time"))
        var until: Int?

        @Flag(help: "Oldest first.")
        var oldestFirst = false

        @OptionGroup var page: PageOptions
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let query: [(String, String?)] = [
                ("action", action), ("actor", actor), ("target", target), ("since", since.map(String.init)),
                ("until", until.map(String.init)), ("order", oldestFirst ? "asc" : "desc"),
            ]
            let events = try await server.client().send(.get, "/admin/v1/audit", query: query + page.query)
            server.output.show(events, AuditText.table)
        }
    }
}
