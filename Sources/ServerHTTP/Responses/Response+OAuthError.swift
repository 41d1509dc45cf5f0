package import AuthorizationServer
import Logging
package import OAuth
import Storage

/// The one place where what went wrong becomes a status and a body.
extension ServerResponse {
    /// Any error of an endpoint. What no standard has a word for is `server_error`, and its details stay in the log.
    static func failure(_ error: any Error, of request: ServerRequest, logger: Logger) -> ServerResponse {
        switch error {
        case let rejection as Rejection: return .rejection(rejection)
        case let error as OAuthError: return .oauthError(error)
        case let error as StoreError:
            logger.error("store failed", metadata: ["error": "\(error)", "request_id": "\(request.requestID)"])
            return .unavailable("store_unavailable")
        case is CancellationError: return .unavailable("cancelled")
        default:
            logger.error("request failed", metadata: ["error": "\(error)", "request_id": "\(request.requestID)"])
            return .error(
                500, OAuthError.Code.serverError.rawValue, "the server failed to answer",
                facts: RequestFacts(decision: "server_error"))
        }
    }

    /// A decision of the engine, as its client may know it.
    package static func rejection(_ rejection: Rejection) -> ServerResponse {
        let error = rejection.oauthError
        var status = status(of: error.code)
        switch rejection {
        case .throttled, .revokesTooOften, .apiKeyRefused(.quotaUsed, _, _):
            status = 429
        default: break
        }
        var response = oauthError(error, status: status, facts: RequestFacts(rejection.facts))
        if let seconds = rejection.retryAfter { response.headers.append("retry-after", String(seconds)) }
        return response
    }

    /// Malformed input (RFC 6749 §5.2).
    package static func oauthError(_ error: OAuthError) -> ServerResponse {
        oauthError(error, status: status(of: error.code), facts: RequestFacts(decision: error.code.rawValue))
    }

    private static func oauthError(_ error: OAuthError, status: Int, facts: RequestFacts) -> ServerResponse {
        var response = ServerResponse.json(error.json, status: status, facts: facts)
        switch error.code {
        // RFC 6749 §5.2: a challenge with every 401, whichever method the client tried.
        case .invalidClient: response.headers.append("www-authenticate", #"Basic realm="tessera", charset="UTF-8""#)
        // RFC 6750 §3
        case .invalidToken, .insufficientScope:
            response.headers.append(
                "www-authenticate",
                #"Bearer realm="tessera", error="\#(error.code.rawValue)", error_description="\#(error.description)""#)
        default: break
        }
        return response
    }

    static func status(of code: OAuthError.Code) -> Int {
        switch code {
        case .invalidClient, .invalidToken: 401
        case .insufficientScope: 403
        case .temporarilyUnavailable: 503
        case .serverError: 500
        case .invalidRequest, .invalidGrant, .unauthorizedClient, .unsupportedGrantType, .invalidScope, .invalidTarget,
            .accessDenied, .unsupportedResponseType, .loginRequired, .interactionRequired, .consentRequired,
            .accountSelectionRequired, .invalidRequestURI, .requestNotSupported, .requestURINotSupported,
            .registrationNotSupported, .unmetAuthenticationRequirements, .invalidRedirectURI, .invalidClientMetadata:
            400
        }
    }
}
