public import OAuth

/// Why a request is not let in. What of it the caller learns, ``AccessRefusal/challenge(metadata:)`` says.
public enum AccessRefusal: Error, Hashable, Sendable {
    /// No token at all: the caller is told how to get one, and of no error (RFC 6750 §3.1).
    case noToken
    /// More than one token, or something that cannot be one.
    case malformedRequest(String)
    case invalidToken(TokenProblem)
    /// The token is good and not enough for this.
    case insufficientScope(Scope)
    /// The person must sign in again: better, or now (RFC 9470 §3).
    case insufficientAuthentication(contextClasses: [String], maxAge: Duration?)
    /// Nobody can tell now whether the token is good.
    case unavailable(IssuerUnavailable)

    /// The word for it in a log, by which the reference of refusals explains it; the caller need not know it.
    public var word: String {
        switch self {
        case .noToken: "noToken"
        case .malformedRequest: "malformedRequest"
        case .invalidToken(let problem): "invalidToken.\(problem.rawValue)"
        case .insufficientScope: "insufficientScope"
        case .insufficientAuthentication: "insufficientAuthentication"
        case .unavailable(.revocationsStale): "unavailable.revocationsStale"
        case .unavailable: "unavailable"
        }
    }

    /// The status of the answer (RFC 6750 §3.1, RFC 9470 §3).
    public var status: Int {
        switch self {
        case .noToken, .invalidToken, .insufficientAuthentication: 401
        case .malformedRequest: 400
        case .insufficientScope: 403
        case .unavailable: 503
        }
    }
}
