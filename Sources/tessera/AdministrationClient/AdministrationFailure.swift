import JOSE

/// Turns what the administration API refused, and silence, into failures that say what to do.
enum AdministrationFailure {
    static func failure(_ answer: AdministrationClient.Answer) -> CommandFailure {
        let json = answer.json
        let code = json.string("error") ?? "http_\(answer.status)"
        var message = json.string("error_description") ?? "the server answered with status \(answer.status)"
        // The description of one problem is the problem; several are easier to read below one another.
        let problems = json.objects("problems")
        if problems.count > 1 {
            let lines = problems.map { "    \($0.text("field")): \($0.text("problem"))" }
            message = (["several things are wrong:"] + lines).joined(separator: "\n")
        }
        let text = Console.harmless(lines: message)
        switch answer.status {
        case 404: return CommandFailure(.notFound, code, text)
        case 503:
            return CommandFailure(
                .failure, code, text, fix: "The store is busy or failing; try again, then 'tessera doctor'.")
        default: return CommandFailure(.failure, code, text)
        }
    }

    static func unreachable(_ socket: String, because error: (any Error)? = nil) -> CommandFailure {
        let detail = error.map { " (\(Console.harmless(String(describing: $0))))" } ?? ""
        return CommandFailure(
            .unreachable, "server_not_reachable", "no server answers at \(socket)\(detail)",
            fix: "Start it with 'tessera serve', name its socket with --socket or its file with --config, "
                + "or run this as root or as the server's own user.")
    }
}
