import JOSE

/// What the doctor found out about one thing.
struct Finding: Sendable {
    enum Verdict: String, Sendable { case good, warning, bad }

    let verdict: Verdict
    let subject: String
    let message: String
    /// What to do; empty when there is nothing to do.
    let remedy: String

    static func good(_ subject: String, _ message: String) -> Finding {
        Finding(verdict: .good, subject: subject, message: message, remedy: "")
    }

    static func warning(_ subject: String, _ message: String, fix remedy: String) -> Finding {
        Finding(verdict: .warning, subject: subject, message: message, remedy: remedy)
    }

    static func bad(_ subject: String, _ message: String, fix remedy: String) -> Finding {
        Finding(verdict: .bad, subject: subject, message: message, remedy: remedy)
    }

    var json: JSONValue {
        .object(
            JSONObject([
                ("verdict", .string(verdict.rawValue)), ("subject", .string(subject)), ("message", .string(message)),
                ("remedy", .string(remedy)),
            ]))
    }

    var text: String {
        let mark =
            switch verdict {
            case .good: "ok      "
            case .warning: "warning "
            case .bad: "BAD     "
            }
        let line = mark + Console.harmless("\(subject): \(message)")
        return remedy.isEmpty ? line : line + "\n        " + Console.harmless(remedy)
    }
}
