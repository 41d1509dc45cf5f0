package import ResourceServer

/// Each word with which a gateway says in its log why a request went no further, besides those of ambiguous paths
/// (``AmbiguousPath``) and of bad tokens (``word(for:)``). The words are stable; `docs/reference/errors.md` explains them.
package enum GatewayWord: String, CaseIterable, Hashable, Sendable {
    // Who asks, and for what
    case proxyUnknown = "proxy_unknown", questionMalformed = "question_malformed", hostMalformed = "host_malformed"
    case routeUnknown = "route_unknown", methodNotAllowed = "method_not_allowed"

    // Who comes
    case tokenMissing = "token_missing", authorizationMalformed = "authorization_malformed"
    case insufficientScope = "insufficient_scope"
    case insufficientAuthentication = "insufficient_user_authentication"
    case judgementUnavailable = "judgement_unavailable", revocationsStale = "revocations_stale"
    case identityUnspeakable = "identity_unspeakable"
    case rateLimited = "rate_limited", originForbidden = "origin_forbidden"

    // Browsers that sign in
    case signInNeeded = "sign_in_needed", sessionEnded = "session_ended", stepUpNeeded = "step_up_needed"
    case foreignPage = "foreign_page", returnMalformed = "return_malformed"
    case signInHostUnknown = "sign_in_host_unknown", signInUnavailable = "sign_in_unavailable"
    case signInUnknown = "sign_in_unknown", signInRefused = "sign_in_refused"
    case signInAnswerInvalid = "sign_in_answer_invalid", stepUpUnmet = "step_up_unmet"
    case sessionTokenUnusable = "session_token_unusable", logoutTokenInvalid = "logout_token_invalid"

    // What cannot be passed on
    case bodyTooLarge = "body_too_large", contentUnexpected = "content_unexpected", queryMalformed = "query_malformed"

    // The server behind
    case upstreamRefused = "upstream_refused", upstreamBroken = "upstream_broken", upstreamTimeout = "upstream_timeout"
    case upgradeRefused = "upgrade_refused"

    /// Those about browsers that sign in.
    package static let signIn: [GatewayWord] = [
        .signInNeeded, .sessionEnded, .stepUpNeeded, .foreignPage, .returnMalformed, .signInHostUnknown,
        .signInUnavailable, .signInUnknown, .signInRefused, .signInAnswerInvalid, .stepUpUnmet, .sessionTokenUnusable,
        .logoutTokenInvalid,
    ]

    /// The word for a bad token: the library's own, marked as one about tokens.
    package static func word(for problem: TokenProblem) -> String { "token_" + problem.rawValue }
}

extension GatewayRefusal {
    /// For the log of the operator; its caller learns less.
    package var reason: String {
        switch self {
        case .host: GatewayWord.hostMalformed.rawValue
        case .path(let problem): problem.rawValue
        case .noRoute: GatewayWord.routeUnknown.rawValue
        case .method: GatewayWord.methodNotAllowed.rawValue
        case .access(let refusal): refusal.reason
        case .browser(.noSession): GatewayWord.signInNeeded.rawValue
        case .browser(.sessionEnded): GatewayWord.sessionEnded.rawValue
        case .browser(.stepUp): GatewayWord.stepUpNeeded.rawValue
        case .browser(.foreignPage): GatewayWord.foreignPage.rawValue
        case .identity: GatewayWord.identityUnspeakable.rawValue
        }
    }
}

extension AccessRefusal {
    fileprivate var reason: String {
        switch self {
        case .noToken: GatewayWord.tokenMissing.rawValue
        case .malformedRequest: GatewayWord.authorizationMalformed.rawValue
        case .invalidToken(let problem): GatewayWord.word(for: problem)
        case .insufficientScope: GatewayWord.insufficientScope.rawValue
        case .insufficientAuthentication: GatewayWord.insufficientAuthentication.rawValue
        case .unavailable(.revocationsStale): GatewayWord.revocationsStale.rawValue
        case .unavailable: GatewayWord.judgementUnavailable.rawValue
        }
    }
}

extension ForwardedRequest.Problem {
    var word: GatewayWord {
        switch self {
        case .contentUnexpected: .contentUnexpected
        case .queryMalformed: .queryMalformed
        case .identityUnspeakable: .identityUnspeakable
        }
    }
}

extension UpstreamClient.Failure {
    var word: GatewayWord {
        switch self {
        case .refused: .upstreamRefused
        case .broken: .upstreamBroken
        case .slow: .upstreamTimeout
        }
    }
}
