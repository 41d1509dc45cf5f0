import ArgumentParser
import JOSE

/// `tessera user end-everything`
struct UserEndEverythingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end-everything",
        abstract: "End all sessions, authorizations and mailed links of everybody: for a stolen master key.",
        discussion: """
            Everybody has to sign in again, and every application gets nothing until they do. It goes in small steps, while \
            the server works on; each is recorded, and an interrupted run is simply started again. What begins after the \
            start stays. \(Availability.needsServer)
            """)

    @Option(
        help: ArgumentHelp(
            "The issuer whose people are signed out, in full: without it nothing happens.", valueName: "issuer"))
    var confirm: String?

    @OptionGroup var server: ServerOptions

    func run() async throws {
        guard let confirm else {
            throw CommandFailure(
                .usage, "not_confirmed", "this signs everybody out of everything, and cannot be undone",
                fix: "Say so with --confirm and the issuer, as 'tessera status' prints it.")
        }
        let client = await server.client()
        var total = Step()
        var body = JSONObject([("issuer", .string(confirm))])
        while true {
            let answer = try await client.send(.post, "/admin/v1/end-everything", body: body)
            total.add(answer)
            guard answer.bool("complete") != true else { break }
            body["up_to"] = answer["up_to"]
            Console.complain("\(total.text) so far")
        }
        server.output.show(total.json) { _ in "\(total.text) have ended." }
    }

    /// What has ended so far.
    private struct Step {
        private static let members = ["sessions", "authorizations", "links", "logout_tokens"]
        private var counts: [String: Int64] = [:]

        mutating func add(_ answer: JSONObject) {
            for member in Self.members { counts[member, default: 0] &+= answer.integer(member) ?? 0 }
        }

        var text: String {
            "\(counts["sessions"] ?? 0) sessions, \(counts["authorizations"] ?? 0) authorizations and "
                + "\(counts["links"] ?? 0) links"
        }

        var json: JSONObject { JSONObject(Self.members.map { ($0, .integer(counts[$0] ?? 0)) }) }
    }
}
