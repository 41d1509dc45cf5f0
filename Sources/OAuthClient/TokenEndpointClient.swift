import JOSE
import OAuth

/// Asks the token endpoint, as the registered client.
struct TokenEndpointClient: Sendable {
    let provider: Provider
    let client: RelyingPartyClient
    let random: SecretGenerator

    /// RFC 6749 §4.1.3
    func redeem(
        code: String, verifier: CodeVerifier, resource: ResourceIndicator?, at now: NumericDate
    ) async throws(OAuthClientError) -> TokenSet {
        var form = FormWriter()
        form.append("grant_type", "authorization_code")
        form.append("code", code)
        form.append("redirect_uri", client.redirectURI)
        form.append("code_verifier", verifier.secret.revealedValue)
        form.append("resource", resource?.rawValue)
        return try await tokens(form, at: now)
    }

    /// RFC 6749 §6
    func refresh(
        _ token: Secret, resource: ResourceIndicator?, at now: NumericDate
    ) async throws(OAuthClientError) -> TokenSet {
        var form = FormWriter()
        form.append("grant_type", "refresh_token")
        form.append("refresh_token", token.revealedValue)
        form.append("resource", resource?.rawValue)
        return try await tokens(form, at: now)
    }

    /// RFC 7009; `false` if the provider has no such endpoint.
    func revoke(_ token: Secret, at now: NumericDate) async throws(OAuthClientError) -> Bool {
        guard let address = try await provider.configuration(at: now).revocationEndpoint else { return false }
        var form = FormWriter()
        form.append("token", token.revealedValue)
        let header = try client.authenticate(&form, for: provider.issuer, random: random, at: now)
        let request = TransportRequest(post: form, to: address, authorization: header)
        let response = try await provider.transport.answer(request)
        guard response.status == 200 else {
            throw .unavailable("the revocation endpoint answers with status \(response.status)")
        }
        return true
    }

    private func tokens(_ form: FormWriter, at now: NumericDate) async throws(OAuthClientError) -> TokenSet {
        var form = form
        let address = try await provider.configuration(at: now).tokenEndpoint
        let header = try client.authenticate(&form, for: provider.issuer, random: random, at: now)
        let request = TransportRequest(post: form, to: address, authorization: header)
        return try TokenSet(try await provider.transport.answer(request), at: now)
    }
}
