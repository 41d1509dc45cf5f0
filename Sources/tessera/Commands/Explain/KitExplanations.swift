package import AuthorizationServer
package import ResourceServer

/// What the words of the resource-server library mean, in the log of an API that uses it.
extension TokenProblem {
    package var explanation: Explanation {
        switch self {
        case .malformed:
            Explanation(
                "This is no access token that the kit can read.", checked: "Its form: a JWT of three parts.",
                passes: "A JWT exactly as it was issued.",
                change: "An opaque token needs introspection; 'tessera resource update ID --format jwt'.")
        case .wrongType:
            Explanation(
                "This is a JWT, and no access token.", checked: "typ (RFC 9068 §4).", passes: "at+jwt.",
                change: "The client must send its access token, not its ID token.")
        case .unknownKey:
            Explanation(
                "No published key made the token.", checked: "kid and alg against the issuer's key set.",
                passes: "A token of a key that the issuer publishes.", change: "The API's issuer; 'tessera key list'.")
        case .wrongSignature:
            Explanation(
                "The token was changed or forged.", checked: "Its signature.", passes: "The token as it was issued.",
                change: "Nothing: it is not to be let in.")
        case .wrongIssuer:
            Explanation(
                "The token is another issuer's.", checked: "iss.", passes: "The issuer that the API trusts.",
                change: "The issuer that the API is configured with.")
        case .wrongAudience:
            Explanation(
                "The token is for another API.", checked: "aud.", passes: "The identifier of this API.",
                change: "The client must ask for this resource; the audience that the API is configured with.")
        case .expired:
            Explanation(
                "The token has expired.", checked: "exp.", passes: "A token before its exp.",
                change: "The client must get a new one; 'tessera resource update ID --lifetime SECONDS'.")
        case .fromTheFuture:
            Explanation(
                "The token was made in the future.", checked: "iat.", passes: "An iat that is not ahead.",
                change: "The clock of the API's machine.")
        case .notYetValid:
            Explanation(
                "The token is not valid yet.", checked: "nbf.", passes: "An nbf that is not ahead.",
                change: "The clock of the API's machine.")
        case .inactive:
            Explanation(
                "The issuer was asked about the token, and says that it is not active.",
                checked: "The issuer's answer to introspection (RFC 7662 §2.2).",
                passes: "A token that the issuer calls active for this API.",
                change: "'tessera explain' says at the issuer why: introspection of a dead token is remembered there.")
        case .revoked:
            Explanation(
                "The token ended before its time.", checked: "The token against what is known to be revoked.",
                passes: "A token that was not revoked, nor what it hangs from.",
                change: "'tessera audit list' says by whom; the client must get a new one.")
        case .senderConstrained:
            Explanation(
                "The token is bound to a key, of which nothing here can ask a proof.", checked: "cnf.",
                passes: "A token without cnf.", change: "The client must ask for an unbound token.")
        }
    }
}

extension AccessRefusal {
    package var explanation: Explanation {
        switch self {
        case .noToken: Check.tokenMissing.explanation
        case .malformedRequest:
            Explanation(
                "The request has more than one token, or something that cannot be one.",
                checked: "The Authorization header (RFC 6750 §2).", passes: "Authorization: Bearer TOKEN, once.",
                change: "The caller's configuration.")
        case .invalidToken(let problem): problem.explanation
        case .insufficientScope: Check.rightMissing.explanation
        case .insufficientAuthentication:
            Explanation(
                "The person must sign in again: better, or now.", checked: "acr and auth_time (RFC 9470 §3).",
                passes: "A token of a sign-in that is good and new enough.",
                change: "The client must send the person to sign in with acr_values or max_age; the rule of the API.")
        case .unavailable(.revocationsStale):
            Explanation(
                "Nobody can tell now whether the token was revoked.",
                checked: "The age of the issuer's last word about revocations against the bound of the policy.",
                passes: "The same once the issuer has been heard again.",
                change: "The way from the API to the issuer; the mode and the bound of RevocationPolicy.")
        case .unavailable:
            Explanation(
                "Nobody can tell now whether the token is good.", checked: "The issuer's keys or its introspection.",
                passes: "The same when the issuer can be asked.", change: "The way from the API to the issuer.")
        }
    }
}
