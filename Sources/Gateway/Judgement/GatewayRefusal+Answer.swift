import JOSE
import OAuth
package import ResourceServer
package import ServerHTTP

extension GatewayRefusal {
    package var status: Int {
        switch self {
        case .host, .path: 400
        case .noRoute: 404
        case .method: 405
        case .access(let refusal): refusal.status
        case .browser(let refusal): refusal.access?.status ?? 403
        case .identity: 403
        }
    }

    /// The answer to the caller itself.
    /// - Parameter metadata: where this resource describes itself (RFC 9728 §5.1).
    package func answer(metadata: ProtectedResourceMetadata.Address?) -> ServerResponse {
        var response = ServerResponse.error(
            status, code, text, facts: RequestFacts(decision: reason))
        switch self {
        case .browser(let refusal):
            if let challenge = refusal.access?.challenge(metadata: metadata) {
                response.headers.append("www-authenticate", challenge)
            }
        case .access(let refusal):
            if let challenge = refusal.challenge(metadata: metadata) {
                response.headers.append("www-authenticate", challenge)
            }
            if refusal.status == 503 { response.headers.append("retry-after", "1") }
        case .method(let allow): response.headers.append("allow", allow)
        default: break
        }
        return response
    }

    private var code: String {
        switch self {
        case .host, .path, .method: "invalid_request"
        case .noRoute: "not_found"
        case .access(.noToken), .access(.invalidToken): "invalid_token"
        case .access(.malformedRequest): "invalid_request"
        case .access(.insufficientScope): "insufficient_scope"
        case .access(.insufficientAuthentication): "insufficient_user_authentication"
        case .access: "temporarily_unavailable"
        case .browser(.noSession), .browser(.sessionEnded): "invalid_token"
        case .browser(.stepUp): "insufficient_user_authentication"
        case .browser(.foreignPage): "access_denied"
        case .identity: "access_denied"
        }
    }

    private var text: String {
        switch self {
        case .host: "the host is malformed"
        case .path: "the path has no one meaning"
        case .noRoute: "there is nothing at this path"
        case .method: "this path does not have this method"
        case .access(.noToken): "an access token is needed"
        case .access(.unavailable): "the token cannot be judged right now; try again later"
        case .access(let refusal) where refusal.status == 403: "the access token does not allow this"
        case .access(.malformedRequest): "the Authorization field is malformed"
        case .access(.insufficientAuthentication): "a more recent or stronger sign-in is needed"
        case .access: "the access token is not valid here"
        case .browser(.noSession), .browser(.sessionEnded): "nobody is signed in in this browser"
        case .browser(.stepUp): "a more recent or stronger sign-in is needed"
        case .browser(.foreignPage): "only pages of this origin may do this with the session of a browser"
        case .identity: "this identity cannot be passed on"
        }
    }
}
