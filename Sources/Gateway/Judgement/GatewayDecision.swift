package import JOSE
package import OAuth
import ResourceServer
import ServerHTTP

/// What an operator may know of a request that went no further. Of one that passes nothing is made.
package struct GatewayDecision: Sendable {
    /// Who refused: the answer to another proxy, or the gateway that passes requests on itself.
    package enum Endpoint: String, Hashable, Sendable {
        case forwardAuth = "forward_auth"
        case gateway
    }

    /// As `docs/reference/errors.md` has it.
    package let word: String
    package let endpoint: Endpoint
    /// What the caller was told to name the request by.
    package let requestID: String
    /// Of the caller.
    package let address: String
    /// Only of a token that was good.
    package let client: ClientID?
    package let at: NumericDate
    /// Method, host and path, and the route that they lead to.
    package let about: String
    package let evidence: GatewayEvidence
}

/// Where decisions go.
package typealias GatewayReport = @Sendable (GatewayDecision) -> Void

/// Tells of the refusals of one endpoint, if anybody wants to know.
struct GatewayReporter: Sendable {
    let endpoint: GatewayDecision.Endpoint
    let judge: GatewayJudge
    let report: GatewayReport?

    /// A request that was refused before anything was asked of its parts.
    func refused(_ word: GatewayWord, _ request: ServerRequest, _ evidence: GatewayEvidence, at now: NumericDate) {
        tell(word.rawValue, request, about: "\(request.methodName) \(request.path)", evidence, client: nil, at: now)
    }

    /// - Parameter pass: what the verdict was, if the request could only not be told on.
    func refused(
        _ refusal: GatewayRefusal, _ request: ServerRequest, _ question: GatewayQuestion, pass: GatewayPass? = nil,
        at now: NumericDate
    ) async {
        // Somebody who is led to the sign-in is refused nothing.
        guard report != nil, refusal != .browser(.noSession) else { return }
        var token = pass?.token
        // Judged a moment ago: this is what the rule of the route was compared with, and no second use of a key.
        if token == nil, refusal.isAboutGoodToken {
            token = try? await judge.admission.admit(
                authorization: question.authorization, from: question.address, for: .standing, at: now)
        }
        let evidence = GatewayEvidence(
            of: refusal, question, route: judge.route(of: question), token: token, judge.admission.validator, at: now)
        tell(refusal.reason, request, about: about(question), evidence, client: token?.clientID, at: now)
    }

    /// A request that might pass and came no further, or whose answer is the gateway's own.
    func refused(
        _ word: String, _ response: ServerResponse, to request: ServerRequest, _ content: RequestBody,
        _ question: GatewayQuestion, _ pass: GatewayPass, isSecure: Bool, at now: NumericDate
    ) {
        guard report != nil else { return }
        let evidence = GatewayEvidence(of: word, response, to: request, content, pass, isSecure: isSecure)
        tell(word, request, about: about(question), evidence, client: pass.token?.clientID, at: now)
    }

    private func about(_ question: GatewayQuestion) -> String {
        let request = "\(question.method.rawValue) \(question.host)\(question.path)"
        guard let route = judge.route(of: question) else { return request }
        return request + ", route " + route.name
    }

    private func tell(
        _ word: String, _ request: ServerRequest, about: String, _ evidence: GatewayEvidence, client: ClientID?,
        at now: NumericDate
    ) {
        report?(
            GatewayDecision(
                word: word, endpoint: endpoint, requestID: request.requestID, address: request.peer.address,
                client: client, at: now, about: about, evidence: evidence))
    }
}

extension GatewayRefusal {
    /// Whether the token as such was good, and only not enough.
    fileprivate var isAboutGoodToken: Bool {
        switch self {
        case .access(.insufficientScope), .access(.insufficientAuthentication): true
        default: false
        }
    }
}
