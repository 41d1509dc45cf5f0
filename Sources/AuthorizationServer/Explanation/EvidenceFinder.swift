import JOSE
import OAuth
import Storage

/// Says what a refused request was compared with.
///
/// Asked after the answer is certain, so that no check carries what only an operator reads, and the way of a request
/// that is let in costs nothing more. Reads what requests read: from memory, or one row.
struct EvidenceFinder: Sendable {
    let issuer: Issuer
    let policy: ServerPolicy
    let store: any Store
    let registry: Registry
    let reader: AccessTokenReader

    func evidence(for rejection: Rejection, in request: RefusedRequest, at now: NumericDate) async -> Evidence {
        if let evidence = await clientEvidence(rejection, request.credentials, at: now) { return evidence }
        if let evidence = tokenEvidence(rejection, request, at: now) { return evidence }
        switch (rejection, request) {
        case (.codeRefused(let client, let fault), .token(.authorizationCode(let parameters), _)):
            return await codeEvidence(fault, parameters, client)
        case (.refreshTokenRefused(let client, let fault), .token(.refreshToken(let parameters), _)):
            return await refreshEvidence(fault, parameters, client, at: now)
        case (_, .token(let wanted, _)): return await grantEvidence(rejection, wanted)
        case (_, .exchange(let parameters)): return await grantEvidence(rejection, .tokenExchange(parameters))
        case (.authorizationRequestWrong(_, let error), _): return Evidence(error.description)
        case (.registrationsFull, _):
            return Evidence("\(policy.registration.maximumClients) clients that registered themselves")
        case (.rightMissing(_, let required), _):
            return Evidence("a registration that does not have it", expected: required)
        default: return .none
        }
    }

    func time(_ date: NumericDate, from now: NumericDate) -> String {
        let seconds = (date - now).components.seconds
        return "\(date.secondsSince1970), " + (seconds < 0 ? "\(-seconds) s ago" : "in \(seconds) s")
    }
}
