import JOSE
import OAuth
import Storage

extension EvidenceFinder {
    /// `nil` if it is not about an access token.
    func tokenEvidence(_ rejection: Rejection, _ request: RefusedRequest, at now: NumericDate) -> Evidence? {
        guard let token = request.accessToken else { return nil }
        switch rejection {
        case .tokenNotAccepted(let fault): return evidence(for: fault, in: token, at: now)
        case .audienceWrong:
            var here = ""
            if case .access(_, let resource) = request { here = "aud \(resource)" }
            return Evidence("aud \(Self.text(claims(of: token)?["aud"]))", expected: here)
        case .rightMissing(_, let required):
            return Evidence("scope \(Self.text(claims(of: token)?["scope"]))", expected: "scope with \(required)")
        case .tokenOfAnotherClient(let client, let id):
            return Evidence(
                "client \(client)",
                expected: "client \(Self.text(claims(of: token)?["client_id"])), whose token \(id) is")
        default: return nil
        }
    }

    /// What the token says where it went wrong. Words of a token whose signature does not hold are nobody's.
    func evidence(for fault: TokenFault, in token: Secret, at now: NumericDate) -> Evidence {
        let header = (try? UnverifiedJWT(token.revealedValue))?.header
        let claims = claims(of: token)
        switch fault {
        case .malformed: return Evidence(token)
        case .keyUnknown, .keyDistrusted, .signatureWrong:
            guard let header else { return Evidence(token) }
            let found = "kid \(header.keyID ?? "(none)"), alg \(header.algorithm), typ \(header.type ?? "(none)")"
            return fault == .signatureWrong ? Evidence(token, expected: "typ at+jwt") : Evidence(found)
        case .issuerWrong: return Evidence("iss \(Self.text(claims?["iss"]))", expected: "iss \(issuer.rawValue)")
        case .expired:
            let date = claims?.date("exp").map { time($0, from: now) }
            return Evidence("exp \(date ?? "(none)")", expected: "exp after \(now.secondsSince1970)")
        case .issuedInFuture:
            let date = claims?.date("iat").map { time($0, from: now) }
            return Evidence("iat \(date ?? "(none)")", expected: "iat not more than \(policy.clockSkew) s ahead")
        case .notYetValid:
            let date = claims?.date("nbf").map { time($0, from: now) }
            return Evidence("nbf \(date ?? "(none)")", expected: "nbf not more than \(policy.clockSkew) s ahead")
        case .tokenRevoked: return Evidence("jti \(Self.text(claims?["jti"]))")
        case .subjectEnded: return Evidence("sub \(Self.text(claims?["sub"]))")
        case .clientEnded: return Evidence("client_id \(Self.text(claims?["client_id"]))")
        case .grantEnded: return Evidence("grant \(grant(in: claims))")
        case .resourceEnded: return Evidence("aud \(Self.text(claims?["aud"]))")
        }
    }

    private func grant(in claims: JSONObject?) -> String {
        guard case .object(let own)? = claims?["tessera"] else { return "(none)" }
        return own.string("grant") ?? "(none)"
    }

    /// What it says, of either kind. Nobody acts on it: it is read again to be shown.
    private func claims(of token: Secret) -> JSONObject? {
        let text = token.revealedValue
        guard text.hasPrefix(SealingKey.prefix) else { return (try? UnverifiedJWT(text))?.unprovenClaims }
        guard let sealed = SealingKey.SealedToken(text), let plain = reader.keys.sealingKey(sealed.key)?.open(sealed)
        else { return nil }
        return try? JSONObject(parsing: plain)
    }
}
