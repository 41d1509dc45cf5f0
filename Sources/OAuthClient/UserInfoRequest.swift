public import JOSE
public import OAuth

extension AuthorizationCodeFlow {
    /// What the provider tells about the person (OpenID Core §5.3); `nil` if it has no such endpoint.
    public func userInfo(
        _ accessToken: Secret, of idToken: IDToken, at now: NumericDate
    ) async throws(OAuthClientError) -> JSONObject? {
        guard let endpoint = try await provider.configuration(at: now).userInfoEndpoint else { return nil }
        let header = Secret("Bearer " + accessToken.revealedValue)
        let request = TransportRequest(
            get: endpoint, accept: "application/json, application/jwt", authorization: header)
        let response = try await provider.transport.answer(request)
        guard response.status == 200 else {
            throw .unavailable("the UserInfo endpoint answers with status \(response.status)")
        }
        let claims: JSONObject
        if response.isOf(type: "application/jwt") {
            claims = try await IDTokenChecker(provider: provider, client: client)
                .verifiedClaims(String(decoding: response.body, as: UTF8.self), type: .jwtOrAbsent, at: now)
        } else {
            let limits = JSONLimits.document(maximumBytes: request.maximumBodyBytes)
            guard response.isOf(type: "application/json"),
                let json = try? JSONObject(parsing: response.body, limits: limits)
            else { throw .unavailable("the UserInfo endpoint's answer cannot be read") }
            claims = json
        }
        // OpenID Core §5.3.2: of the same person, or a token was substituted.
        guard claims["sub"] == .string(idToken.subject.rawValue) else { throw .token(.wrongSubject) }
        return claims
    }
}
