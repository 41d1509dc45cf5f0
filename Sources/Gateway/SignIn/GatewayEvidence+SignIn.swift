import OAuth
import ResourceServer
import ServerHTTP

extension GatewayEvidence {
    /// Of a browser whose session was not enough. Its cookie is a secret, and never shown.
    /// - Parameter webSocketOrigins: as the route names them.
    init(of refusal: BrowserRefusal, _ question: GatewayQuestion, _ webSocketOrigins: Set<String>) {
        switch refusal {
        case .noSession: self.init("no cookie of a session that is alive")
        case .sessionEnded: self.init("a session whose token was revoked, or is not renewed any more")
        case .stepUp(.insufficientAuthentication(let classes, let maxAge)):
            self.init("a session whose sign-in is not enough", expected: Self.demand(classes, maxAge))
        case .stepUp: self.init("a session whose sign-in is not enough")
        case .foreignPage:
            let headers = question.headers ?? HeaderFields()
            guard BrowserRequest.opensWebSocket(headers) else {
                self.init(ofPageIn: headers, expected: question.host)
                return
            }
            let origins = ["one of \(question.host)"] + webSocketOrigins.sorted()
            self.init(
                "Origin " + headers.all("origin").joined(separator: " and "),
                expected: "Origin, once: " + origins.joined(separator: " or "))
        }
    }

    private init(ofPageIn headers: HeaderFields, expected host: String) {
        let said = { (name: String) in headers.all(name).joined(separator: " and ") }
        self.init(
            "Origin \(said("origin")), Sec-Fetch-Site \(said("sec-fetch-site"))",
            expected: "an Origin of \(host), or Sec-Fetch-Site same-origin")
    }

    /// Of a request to one of the gateway's own addresses. `state`, codes and logout tokens are not kept.
    /// - Parameters:
    ///   - browserIsKnown: whether the browser has the cookie of a sign-in that may be under way.
    ///   - hosts: where people sign in.
    init(
        of word: GatewayWord, _ response: ServerResponse, at request: ServerRequest, browserIsKnown: Bool,
        hosts: [String], issuer: String
    ) {
        switch word {
        case .rateLimited:
            self.init(
                "more than \(response.headers.first("ratelimit-policy") ?? "") of one address",
                expected: "the same after \(response.headers.first("retry-after") ?? "1") s")
        case .routeUnknown: self.init(request.path)
        case .signInHostUnknown:
            self.init(
                "Host " + request.headers.all("host").joined(separator: " and "),
                expected: "Host " + hosts.joined(separator: " or "))
        case .returnMalformed:
            self.init(
                "a query of \(request.query?.utf8.count ?? 0) bytes, which is not kept",
                expected: "to=, with a path of this site in its one spelling")
        case .signInUnknown:
            self.init(
                browserIsKnown ? "a state that no sign-in under way of this browser has" : "no cookie of a sign-in",
                expected: "state and cookie of one sign-in that is under way")
        case .signInRefused:
            let error = (try? FormParameters(Array((request.query ?? "").utf8)))?["error"]
            self.init("error \(error ?? "(none)")")
        case .foreignPage:
            self.init(ofPageIn: request.headers, expected: request.headers.first("host") ?? "")
        case .logoutTokenInvalid:
            self.init(
                "\(request.body.count) bytes of \(request.mediaType ?? "(no Content-Type)"), which are not kept",
                expected: "a form with a logout_token of \(issuer)")
        case .signInUnavailable: self.init(issuer)
        case .signInAnswerInvalid:
            self.init("an answer or an ID token, which is not kept", expected: "one of \(issuer)")
        default: self.init("\(request.methodName) \(request.path)")
        }
    }
}
