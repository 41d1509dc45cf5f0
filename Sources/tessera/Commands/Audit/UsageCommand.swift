import ArgumentParser

/// `tessera usage`
struct UsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage",
        abstract: "Count tokens issued, introspected and refused, by client, resource and minute.",
        discussion: "Without --since, the last hour. \(Availability.needsServer)")

    @Option(help: ArgumentHelp("Only this client.", valueName: "id"))
    var client: String?

    @Option(help: ArgumentHelp("From this second on (seconds since 1970).", valueName: "time"))
    var since: Int?

    @Option(help: ArgumentHelp("Before this second (seconds since 1970).", valueName: "time"))
    var until: Int?

    @Option(help: "How many, 1 to 1000.")
    var limit: Int?

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let query: [(String, String?)] = [
            ("client", client), ("since", since.map(String.init)), ("until", until.map(String.init)),
            ("limit", limit.map(String.init)),
        ]
        let usage = try await server.client().send(.get, "/admin/v1/usage", query: query)
        server.output.show(usage) { answer in
            var table = TextTable("MINUTE", "CLIENT", "RESOURCE", "WHAT", "COUNT")
            for row in answer.objects("usage") {
                table.add(
                    row.time("minute") ?? "", row.text("client"), row.text("resource"), row.text("kind"),
                    row.text("count"))
            }
            return table.text
        }
    }
}
