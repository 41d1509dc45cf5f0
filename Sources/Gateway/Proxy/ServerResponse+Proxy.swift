import OAuth
import ResourceServer
import ServerHTTP

/// Answers that are the gateway's own.
extension ServerResponse {
    static func unanswered(_ failure: UpstreamClient.Failure, _ pass: GatewayPass) -> ServerResponse {
        .error(
            failure.status, "temporarily_unavailable",
            failure == .slow ? "the server behind did not answer in time" : "the server behind did not answer",
            facts: .passed(pass, failure.word))
    }

    static func tooLong(_ pass: GatewayPass) -> ServerResponse {
        .error(413, "invalid_request", "the content is too long", facts: .passed(pass, .bodyTooLarge))
    }

    static func unforwardable(_ problem: ForwardedRequest.Problem, _ pass: GatewayPass) -> ServerResponse {
        switch problem {
        case .contentUnexpected:
            .error(400, "invalid_request", "this content was not to be expected", facts: .passed(pass, problem.word))
        case .queryMalformed:
            .error(400, "invalid_request", "the query is malformed", facts: .passed(pass, problem.word))
        case .identityUnspeakable:
            .error(403, "access_denied", "this identity cannot be passed on", facts: .passed(pass, problem.word))
        }
    }
}

extension RequestFacts {
    /// Who was let through, and what became of it.
    static func passed(_ pass: GatewayPass, _ word: GatewayWord? = nil) -> RequestFacts {
        RequestFacts(
            client: pass.token?.clientID?.rawValue, tokenID: pass.token?.tokenID?.rawValue,
            decision: word?.rawValue ?? (pass.token == nil ? "open" : "allowed"))
    }
}
