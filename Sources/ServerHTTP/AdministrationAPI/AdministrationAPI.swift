package import AuthorizationServer
package import JOSE
import OAuth

/// The administration API over HTTP, described by `openapi.yaml`: from requests to operations and back.
///
/// No page of a browser is ever meant to reach it: there is no CORS, a request with an `Origin` is refused, and over the
/// network the `Host` must be one of the configured ones.
package struct AdministrationAPI: Sendable {
    package let administration: Administration
    let operations: AdministrationOperations
    let startedAt: NumericDate
    /// The server's own user, who may use the socket besides root.
    let ownUserID: UInt32
    /// In lower case, with their ports, as clients write them.
    let hosts: Set<String>

    static let maximumBodyBytes = 65_536

    package init(
        administration: Administration, operations: AdministrationOperations, startedAt: NumericDate,
        ownUserID: UInt32, hosts: Set<String>
    ) {
        self.administration = administration
        self.operations = operations
        self.startedAt = startedAt
        self.ownUserID = ownUserID
        self.hosts = Set(hosts.map { $0.lowercased() })
    }

    package func respond(to request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        let caller = Caller(of: request)
        var asker = Administrator(
            actor: "anonymous", rights: [], address: caller.address, requestID: caller.requestID)
        do {
            return try await answer(request, from: caller, as: &asker, at: now)
        } catch {
            let response = response(to: error, of: request, by: asker, at: now)
            if let token = request.bearerToken {
                await administration.provider.notice(keyIn: token, at: "administration", caller: caller, now: now)
            }
            return response
        }
    }

    /// - Parameter administrator: who is asking, as soon as that is known.
    private func answer(
        _ request: ServerRequest, from caller: Caller, as administrator: inout Administrator, at now: NumericDate
    ) async throws -> ServerResponse {
        try checkOrigin(of: request)
        let (route, parameters) = try route(of: request)
        if let right = route.right {
            administrator = try identify(request, caller: caller, needing: right, at: now)
            try administration.demand(right, of: administrator, at: now)
        }
        guard !route.isSocketOnly || request.peer.userID != nil else {
            throw AdministrationRefusal(
                403, "forbidden", "this operation is for the Unix socket only", reason: "socket_only")
        }
        let query = try AdministrationQuery(request.query, knowing: route.query)
        let call = AdministrationCall(
            administrator: administrator, now: now, parameters: parameters, query: query,
            body: try body(of: request, route.body), matchedVersion: try matchedVersion(in: request))
        var response = try await route.answer(self, call)
        // Who used which token is told by the log of every listener.
        if let token = administrator.token {
            var facts = RequestFacts(token)
            facts.decision = response.facts?.decision ?? facts.decision
            response.facts = facts
        }
        return response
    }

    func route(of request: ServerRequest) throws(AdministrationRefusal) -> (AdministrationRoute, [String]) {
        // RFC 9110 §9.3.2: HEAD is GET without the content, which the connection leaves out.
        let method = request.method == .head ? .get : request.method
        var allowed: [String] = []
        for route in AdministrationRoute.all {
            guard let parameters = route.parameters(in: request.path) else { continue }
            if route.method == method { return (route, parameters) }
            allowed.append(route.method.rawValue)
        }
        guard !allowed.isEmpty else { throw AdministrationRefusal.notFound("there is nothing at this path") }
        throw AdministrationRefusal(
            405, "method_not_allowed", "this path does not have this method",
            headers: [.init(name: "allow", value: allowed.joined(separator: ", "))])
    }

    private func body(
        of request: ServerRequest, _ kind: AdministrationRoute.Body
    ) throws(AdministrationRefusal) -> JSONObject {
        guard request.method != .get, request.method != .head else { return JSONObject() }
        guard kind == .required || !request.body.isEmpty else { return JSONObject() }
        // Another type could be sent by a form of a foreign page.
        guard request.mediaType == "application/json" else {
            throw AdministrationRefusal(415, "unsupported_media_type", "the body must be application/json")
        }
        do {
            let object = try JSONObject(
                parsing: request.body, limits: .document(maximumBytes: Self.maximumBodyBytes))
            guard kind != .none || object.isEmpty else {
                throw AdministrationRefusal(400, "invalid_request", "this operation takes no body")
            }
            return object
        } catch let error as JSONError {
            guard error.kind != .tooLarge else {
                throw AdministrationRefusal(
                    413, "payload_too_large", "the body is larger than \(Self.maximumBodyBytes) bytes")
            }
            throw AdministrationRefusal(400, "invalid_request", error.description)
        } catch let refusal as AdministrationRefusal {
            throw refusal
        } catch {
            throw AdministrationRefusal(400, "invalid_request", "the body cannot be read")
        }
    }

    /// The version in `If-Match` (RFC 9110 §13.1.1); `*` asks for nothing more than that there is one.
    private func matchedVersion(in request: ServerRequest) throws(AdministrationError) -> Int64? {
        guard let text = request.headers.first("if-match"), text != "*" else { return nil }
        let digits = text.dropFirst().dropLast()
        guard request.headers.count("if-match") == 1, text == "\"\(digits)\"", let version = Int64(digits),
            String(version) == digits, version > 0
        else { throw .invalid([Problem("If-Match", "must be one version in quotes, or *")]) }
        return version
    }
}
