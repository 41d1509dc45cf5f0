import ArgumentParser
import JOSE

/// `tessera explain`
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say why a request was refused, or why a token does not work.",
        discussion: """
            Of a refusal it says which check failed, on what, what would have passed, and what changes it. Its name is in \
            the audit log and in the request log (decision_id); the name of the request (request_id) does as well. \
            Refusals are remembered as long as the settings explain.entries and explain.age say. A gateway that runs alone \
            is asked with --socket, at its explain.socket. \
            \(Availability.needsServer)
            """, subcommands: [Show.self, List.self], defaultSubcommand: Show.self)

    /// `tessera explain show`, which needs not be written.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Explain one refusal, or a token.",
            discussion: "For operators: callers are told less, and introspection gives no reasons. "
                + Availability.needsServer)

        @Argument(
            help: ArgumentHelp(
                "The name of a decision (d_…) or of a request, or a token; - or nothing reads it from standard input.",
                valueName: "id-or-token"))
        var name = "-"

        @OptionGroup var server: ServerOptions

        func run() async throws {
            let text = name == "-" ? try SecretInput.read("-") : name
            guard Self.isName(text) else { return try await TokenExplanation.show(text, by: server) }
            let decision = try await server.client().send(.get, "/admin/v1/decisions/\(text)")
            server.output.show(decision, DecisionText.of)
        }

        /// Tokens are longer than any name, or wear a prefix of theirs.
        static func isName(_ text: String) -> Bool {
            text.utf8.count <= 32 && !text.hasPrefix("ts")
                && text.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x2D || $0 == 0x5F
                }
        }
    }

    /// `tessera explain list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what was refused, newest first.", discussion: Availability.needsServer)

        @Option(help: "Only refusals by this check, such as client_secret_wrong.")
        var check: String?

        @Option(help: "Only those of this endpoint, such as token or userinfo.")
        var endpoint: String?

        @Option(help: ArgumentHelp("Only those of this client.", valueName: "id"))
        var client: String?

        @Option(help: ArgumentHelp("From this second on (seconds since 1970).", valueName: "time"))
        var since: Int?

        @Option(help: ArgumentHelp("Before this second (seconds since 1970).", valueName: "time"))
        var until: Int?

        @Option(help: ArgumentHelp("Go on after this number, as the page before says.", valueName: "number"))
        var before: Int?

        @Option(help: "How many, 1 to 1000.")
        var limit: Int?

        @OptionGroup var server: ServerOptions

        func run() async throws {
            let query: [(String, String?)] = [
                ("check", check), ("endpoint", endpoint), ("client", client), ("since", since.map(String.init)),
                ("until", until.map(String.init)), ("before", before.map(String.init)),
                ("limit", limit.map(String.init)),
            ]
            let page = try await server.client().send(.get, "/admin/v1/decisions", query: query)
            server.output.show(page, DecisionText.table)
        }
    }
}
