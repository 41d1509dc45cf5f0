import JOSE
import OAuth
import Storage

/// The token endpoint (RFC 6749 §3.2): who is asking, for what, and is it theirs?
struct TokenEndpoint: Sendable {
    let authenticator: ClientAuthenticator
    let registry: Registry
    /// Changes of registered things that one request sits through before it gives up.
    let attempts: Int
    let mint: @Sendable (NumericDate) -> TokenMint

    func respond(
        to request: TokenRequest, from credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> Answered<TokenResponse> {
        var generation = registry.generation
        var client = try await authenticator.client(credentials, caller: caller, at: now)
        for _ in 0..<attempts {
            let answer = try await issue(request, to: client, at: now)
            let current = registry.generation
            // A token takes its epochs last. Had a permission been narrowed between reading it and reading its epoch, the
            // token would carry the old scope and the new epoch, and outlive the change.
            if current == generation { return answer }
            generation = current
            client = try await authenticator.renewed(client)
        }
        throw StoreError.busy
    }

    private func issue(
        _ request: TokenRequest, to client: AuthenticatedClient, at now: NumericDate
    ) async throws -> Answered<TokenResponse> {
        switch request {
        case .clientCredentials(let parameters):
            try await ClientCredentialsGrant(registry: registry, mint: mint(now)).issue(parameters, to: client)
        }
    }
}
