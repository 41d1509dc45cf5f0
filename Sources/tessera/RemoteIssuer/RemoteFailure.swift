import JOSE

/// Turns error answers of an OAuth server into failures.
enum RemoteFailure {
    static func success(_ answer: RemoteIssuer.Answer) throws -> JSONObject {
        guard answer.status == 200 else { throw failure(answer) }
        guard let json = answer.json else {
            throw CommandFailure(.failure, "answer_unreadable", "the server did not answer with a JSON object")
        }
        return json
    }

    static func failure(_ answer: RemoteIssuer.Answer) -> CommandFailure {
        let code = answer.json?.string("error") ?? "http_\(answer.status)"
        let description = answer.json?.string("error_description") ?? "no description"
        let text = "the server refused (status \(answer.status)): \(code): \(description)"
        return CommandFailure(.failure, Console.harmless(code), Console.harmless(text), fix: remedy(code))
    }

    private static func remedy(_ code: String) -> String {
        switch code {
        case "invalid_client": "Check the client id, its secret or key, and the method of authentication."
        case "invalid_scope": "Ask for less, or permit more: 'tessera client permit'."
        case "invalid_target": "Name a resource that the client may use with --resource."
        case "unauthorized_client": "The client may not do this; 'tessera client show' says what it may."
        default: ""
        }
    }
}
