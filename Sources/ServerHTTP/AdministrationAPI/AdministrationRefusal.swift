import AuthorizationServer
import JOSE
import OAuth
import Storage

/// A refusal that the edge decides: an answer on its way up.
struct AdministrationRefusal: Error {
    let status: Int
    let code: String
    let description: String
    let headers: [HeaderFields.Field]
    let problems: [Problem]

    init(
        _ status: Int, _ code: String, _ description: String, headers: [HeaderFields.Field] = [],
        problems: [Problem] = []
    ) {
        self.status = status
        self.code = code
        self.description = description
        self.headers = headers
        self.problems = problems
    }

    var response: ServerResponse {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.member("error", code)
        writer.member("error_description", description)
        if !problems.isEmpty {
            writer.member("problems") { list in
                list.beginArray()
                for problem in problems {
                    list.beginObject()
                    list.member("field", problem.field)
                    list.member("problem", problem.text)
                    list.endObject()
                }
                list.endArray()
            }
        }
        writer.endObject()
        var response = ServerResponse.json(writer.bytes, status: status, facts: RequestFacts(decision: code))
        for field in headers { response.headers.append(field.name, field.value) }
        return response
    }

    /// RFC 6750 §3.1: without credentials there is no error code.
    static func unauthorized() -> AdministrationRefusal {
        AdministrationRefusal(
            401, "unauthorized", "present an access token for the administration API",
            headers: [.init(name: "www-authenticate", value: "Bearer realm=\"tessera-admin\"")])
    }

    static func challenge(_ status: Int, _ error: OAuthError, scope: String? = nil) -> AdministrationRefusal {
        var value = "Bearer realm=\"tessera-admin\", error=\"\(error.code.rawValue)\""
        value += ", error_description=\"\(error.description)\""
        if let scope { value += ", scope=\"\(scope)\"" }
        return AdministrationRefusal(
            status, error.code.rawValue, error.description, headers: [.init(name: "www-authenticate", value: value)])
    }
}

extension AdministrationAPI {
    /// The answer to everything that an operation throws.
    func response(for error: any Error, request: ServerRequest) -> ServerResponse {
        switch error {
        case let error as AdministrationError: return refusal(for: error, request: request).response
        case let refusal as OperationRefusal: return self.refusal(for: refusal).response
        case is StoreError:
            operations.report("administration", error)
            return .unavailable("store_unavailable")
        default:
            operations.report("administration", error)
            return .error(500, "server_error", "the operation failed; the server's log says why")
        }
    }

    private func refusal(for error: AdministrationError, request: ServerRequest) -> AdministrationRefusal {
        switch error {
        case .rightMissing(let right):
            // RFC 6750 §3.1: the scope that would do.
            return .challenge(
                403, OAuthError(.insufficientScope, "this operation needs \(right.rawValue)"), scope: right.rawValue)
        case .invalid(let problems):
            let text =
                problems.isEmpty ? "the request is not valid" : problems.map(\.description).joined(separator: "; ")
            return AdministrationRefusal(400, "invalid_request", text, problems: problems)
        case .missing(let thing):
            return AdministrationRefusal(404, "not_found", "there is no such \(thing)")
        case .conflict(let reason):
            return AdministrationRefusal(409, "conflict", reason)
        case .stale(let current):
            let text = "it has been changed meanwhile: its version is \(current)"
            guard request.headers.first("if-match") != nil else { return AdministrationRefusal(409, "conflict", text) }
            return AdministrationRefusal(412, "precondition_failed", text)
        }
    }

    private func refusal(for refusal: OperationRefusal) -> AdministrationRefusal {
        switch refusal {
        case .invalid(let problem):
            AdministrationRefusal(400, "invalid_request", problem.description, problems: [problem])
        case .missing(let thing): AdministrationRefusal(404, "not_found", "there is no such \(thing)")
        case .conflict(let reason): AdministrationRefusal(409, "conflict", reason)
        }
    }
}
