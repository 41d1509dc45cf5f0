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
    /// One snake_case word for the audit log; `nil` for what is in it already, or is no refusal.
    let reason: String?

    /// - Parameter reason: the code, if nothing else is said.
    init(
        _ status: Int, _ code: String, _ description: String, headers: [HeaderFields.Field] = [],
        problems: [Problem] = [], reason: String? = nil
    ) {
        self.init(status, code, description, headers: headers, problems: problems, recorded: reason ?? code)
    }

    private init(
        _ status: Int, _ code: String, _ description: String, headers: [HeaderFields.Field], problems: [Problem],
        recorded reason: String?
    ) {
        self.status = status
        self.code = code
        self.description = description
        self.headers = headers
        self.problems = problems
        self.reason = reason
    }

    /// What does not exist is refused to nobody: of that, the request log tells.
    static func notFound(_ description: String) -> AdministrationRefusal {
        AdministrationRefusal(404, "not_found", description, headers: [], problems: [], recorded: nil)
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
            headers: [.init(name: "www-authenticate", value: "Bearer realm=\"tessera-admin\"")],
            reason: "token_missing")
    }

    /// The engine, which judged the token and its rights, has recorded that it refused them.
    static func challenge(_ status: Int, _ error: OAuthError, scope: String? = nil) -> AdministrationRefusal {
        var value = "Bearer realm=\"tessera-admin\", error=\"\(error.code.rawValue)\""
        value += ", error_description=\"\(error.description)\""
        if let scope { value += ", scope=\"\(scope)\"" }
        return AdministrationRefusal(
            status, error.code.rawValue, error.description, headers: [.init(name: "www-authenticate", value: value)],
            problems: [], recorded: nil)
    }
}

extension AdministrationAPI {
    /// The answer to everything that is thrown on the way to one; what refuses is in the audit log by then.
    func response(
        to error: any Error, of request: ServerRequest, by asker: Administrator, at now: NumericDate
    ) -> ServerResponse {
        guard let refusal = refusal(behind: error, of: request) else {
            operations.report("administration", error)
            guard error is StoreError else {
                return .error(500, "server_error", "the operation failed; the server's log says why")
            }
            return .unavailable("store_unavailable")
        }
        if let reason = refusal.reason {
            administration.recordRefusal(
                detail(reason, request, by: asker), of: asker, at: now, evidence: Evidence(refusal.description))
        }
        return refusal.response
    }

    /// With the operation, if somebody who may administer asked for it: strangers are told apart by their addresses
    /// alone, or each path that they try would be an event of its own.
    private func detail(_ reason: String, _ request: ServerRequest, by asker: Administrator) -> String {
        guard !asker.rights.isEmpty, let route = try? route(of: request).0 else { return reason }
        return "\(reason): \(route.method.rawValue) \(route.path)"
    }

    /// `nil` for a failure, which refuses nobody.
    private func refusal(behind error: any Error, of request: ServerRequest) -> AdministrationRefusal? {
        switch error {
        case let refusal as AdministrationRefusal: refusal
        case let error as AdministrationError: refusal(for: error, request: request)
        case let refusal as OperationRefusal: self.refusal(for: refusal)
        default: nil
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
            return .notFound("there is no such \(thing)")
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
        case .missing(let thing): .notFound("there is no such \(thing)")
        case .conflict(let reason): AdministrationRefusal(409, "conflict", reason)
        }
    }
}
