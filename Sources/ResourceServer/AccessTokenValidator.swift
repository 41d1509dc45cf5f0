public import JOSE
public import OAuth

/// Decides whether an access token of one issuer is meant for this resource and good now (RFC 9068 §4).
public struct AccessTokenValidator: Sendable {
    public let issuer: Issuer
    /// The names of this resource; a token must carry one of them.
    public let audience: [ResourceIndicator]
    /// How far the clocks of issuer and resource may be apart.
    public let clockTolerance: Duration
    let keys: any KeySource
    private let headers = HeaderMemory()
    /// The whole seconds of ``clockTolerance``: to take a duration apart costs a long division, twice for each request.
    private let toleratedSeconds: Int64

    /// - Parameters:
    ///   - issuer: the exact text that the issuer calls itself.
    ///   - audience: what this resource is registered as, compared byte for byte.
    ///   - clockTolerance: 30 seconds unless told; 0 to 5 minutes.
    public init(
        issuer: Issuer, audience: ResourceIndicator..., keys: any KeySource, clockTolerance: Duration = .seconds(30)
    ) {
        self.issuer = issuer
        self.audience = audience
        self.keys = keys
        self.clockTolerance = min(max(clockTolerance, .zero), .seconds(300))
        toleratedSeconds = self.clockTolerance.wholeSeconds
    }

    /// What the token proves. Throws why it proves nothing, or that the keys to judge it cannot be had.
    public func validate(_ token: Secret, at now: NumericDate) async throws(AccessRefusal) -> AccessToken {
        let jwt = try parsed(token)
        if let known = keys.knownKeys(for: jwt.header, at: now) { return try verified(jwt, by: known, at: now) }
        let found: [VerificationKey]
        do { found = try await keys.keys(for: jwt.header, at: now) } catch { throw .unavailable(error) }
        return try verified(jwt, by: found, at: now)
    }

    private func parsed(_ token: Secret) throws(AccessRefusal) -> UnverifiedJWT {
        guard let jwt = try? headers.jwt(token.revealedValue) else { throw .invalidToken(.malformed) }
        return jwt
    }

    private func verified(
        _ jwt: UnverifiedJWT, by keys: [VerificationKey], at now: NumericDate
    ) throws(AccessRefusal) -> AccessToken {
        guard !keys.isEmpty else { throw .invalidToken(.unknownKey) }
        let (claims, keyID) = try proven(jwt, by: keys)
        guard let named = claims.string("iss"), named.utf8.elementsEqual(issuer.rawValue.utf8) else {
            throw .invalidToken(.wrongIssuer)
        }
        // RFC 9449 §7.2, RFC 8705 §3: such a token is worth nothing without its proof, so it is no bearer token.
        guard claims["cnf"] == nil else { throw .invalidToken(.senderConstrained) }
        guard let token = AccessToken(claims, issuer: issuer, keyID: keyID) else { throw .invalidToken(.malformed) }
        guard token.audience.contains(where: audience.contains) else { throw .invalidToken(.wrongAudience) }
        try checkTimes(token, at: now)
        return token
    }

    private func proven(
        _ jwt: UnverifiedJWT, by keys: [VerificationKey]
    ) throws(AccessRefusal) -> (claims: JSONObject, keyID: String?) {
        for key in keys {
            do {
                let claims = try jwt.verified(by: key, type: .accessToken).claims
                headers.remember(jwt)
                return (claims, key.id)
            } catch {
                // An ID token is no access token, whoever signed it (RFC 9068 §4, RFC 8725 §3.11).
                if error == .wrongType { throw .invalidToken(.wrongType) }
            }
        }
        throw .invalidToken(.wrongSignature)
    }

    /// What may change from one request to the next while the token stays the same.
    func checkTimes(_ token: AccessToken, at now: NumericDate) throws(AccessRefusal) {
        guard now < tolerated(token.expiresAt) else { throw .invalidToken(.expired) }
        guard token.issuedAt <= tolerated(now) else { throw .invalidToken(.fromTheFuture) }
        guard let start = token.notBefore else { return }
        guard start <= tolerated(now) else { throw .invalidToken(.notYetValid) }
    }

    /// Later by what two clocks may differ; never beyond the last moment there is.
    private func tolerated(_ date: NumericDate) -> NumericDate {
        let (sum, overflow) = date.secondsSince1970.addingReportingOverflow(toleratedSeconds)
        return NumericDate(secondsSince1970: overflow ? .max : sum)
    }
}

extension JWTType {
    /// RFC 9068 §2.1
    static let accessToken = JWTType.exactly("at+jwt")
}
