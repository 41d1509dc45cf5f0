import JOSE
import OAuth

/// What the issuer said about one token, checked for this resource.
struct IntrospectionAnswer: Sendable {
    let outcome: Result<AccessToken, TokenProblem>
    let since: NumericDate
    let until: NumericDate
    /// Of the revocations at the time of the question.
    let version: UInt64
    /// It was counted as a use of a key that has only so many: it is for the one request that it was asked for.
    var isForOne = false

    func isGood(at now: NumericDate, version: UInt64) -> Bool {
        // A clock that was set back would keep it for longer than it was told.
        guard since <= now, now < until else { return false }
        guard case .success = outcome else { return true }
        return self.version == version
    }
}

/// Reads answers of the introspection endpoint (RFC 7662 §2.2) as strictly as tokens are read.
struct IntrospectionReader: Sendable {
    let issuer: Issuer
    let audience: [ResourceIndicator]
    let policy: IntrospectionPolicy

    /// Throws if the answer is none, so that nobody can judge.
    func read(
        _ response: TransportResponse, at now: NumericDate
    ) throws(IssuerUnavailable) -> Result<AccessToken, TokenProblem> {
        guard response.status == 200 else {
            // RFC 7662 §2.3: 401 is about this resource's credentials, not about the token.
            throw IssuerUnavailable("introspection is answered with status \(response.status)")
        }
        let limits = JSONLimits.document(maximumBytes: IssuerMetadata.maximumBytes)
        guard response.isOf(type: "application/json"),
            let claims = try? JSONObject(parsing: response.body, limits: limits), let isActive = claims.bool("active")
        else { throw IssuerUnavailable("the issuer's answer to introspection cannot be read") }
        guard isActive else { return .failure(.inactive) }
        return judged(claims, at: now)
    }

    private func judged(_ claims: JSONObject, at now: NumericDate) -> Result<AccessToken, TokenProblem> {
        if let named = claims["iss"] {
            guard let text = named.string, text.utf8.elementsEqual(issuer.rawValue.utf8) else {
                return .failure(.wrongIssuer)
            }
        }
        // A token that is worth nothing without a proof is no bearer token (RFC 9449 §7.2, RFC 8705 §3).
        guard claims["cnf"] == nil, Self.isBearer(claims["token_type"]) else { return .failure(.senderConstrained) }
        let end = now + policy.activeLifetime
        guard let token = AccessToken(introspected: claims, issuer: issuer, askedAt: now, believedUntil: end) else {
            return .failure(.malformed)
        }
        // RFC 7662 §4: an answer without an audience does not say that the token is meant for this resource.
        guard token.audience.contains(where: audience.contains) else { return .failure(.wrongAudience) }
        return .success(token)
    }

    private static func isBearer(_ type: JSONValue?) -> Bool {
        guard let type else { return true }
        return type.string.map { ["bearer", "api_key"].contains($0.lowercased()) } ?? false
    }
}
