/// Who may read an answer from a page of another origin (the CORS protocol of the Fetch standard).
enum CrossOriginSharing: Sendable {
    case none
    /// Public documents.
    case everyone
    /// Pages of origins that a client registered, without the browser's credentials.
    case registered(@Sendable (_ origin: String) -> Bool)

    /// Adds what a browser has to see in an answer.
    func mark(_ response: inout ServerResponse, for request: ServerRequest) {
        switch self {
        case .none: return
        case .everyone: response.headers.append("access-control-allow-origin", "*")
        case .registered(let allows):
            // The answer differs by origin, so a cache must know.
            response.headers.append("vary", "Origin")
            guard request.headers.count("origin") == 1, let origin = request.headers.first("origin"), allows(origin)
            else { return }
            response.headers.append("access-control-allow-origin", origin)
            response.headers.append("access-control-expose-headers", "retry-after, www-authenticate, x-request-id")
        }
    }

    /// Whether the origin of a request may send it at all; asked for preflights.
    private func admits(_ request: ServerRequest) -> Bool {
        switch self {
        case .none: false
        case .everyone: true
        case .registered(let allows):
            request.headers.count("origin") == 1 && request.headers.first("origin").map(allows) ?? false
        }
    }

    /// The answer to `OPTIONS`, preflight or not.
    func preflight(_ request: ServerRequest, allow: String) -> ServerResponse {
        var response = ServerResponse(status: 204, facts: RequestFacts(decision: "preflight"))
        response.headers.append("allow", allow)
        if request.headers.first("access-control-request-method") != nil, admits(request) {
            response.headers.append("access-control-allow-methods", allow)
            response.headers.append("access-control-allow-headers", "authorization, content-type, if-none-match")
            response.headers.append("access-control-max-age", "600")
        }
        mark(&response, for: request)
        return response
    }
}
