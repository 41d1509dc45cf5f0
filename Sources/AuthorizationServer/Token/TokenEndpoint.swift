import JOSE
import OAuth

/// The token endpoint (RFC 6749 §3.2): who is asking, for what, and is it theirs?
struct TokenEndpoint: Sendable {
    let authenticator: ClientAuthenticator
    let registry: Registry
    let mint: @Sendable (NumericDate) -> TokenMint

    func respond(
        to request: TokenRequest, from credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> Answered<TokenResponse> {
        let client = try await authenticator.client(credentials, caller: caller, at: now)
        return switch request {
        case .clientCredentials(let parameters):
            try await ClientCredentialsGrant(registry: registry, mint: mint(now)).issue(parameters, to: client)
        }
    }
}
