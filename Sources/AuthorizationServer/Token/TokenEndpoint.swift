import JOSE
import OAuth
import Storage

/// Who asks the token endpoint, from where, and when.
struct TokenCall: Sendable {
    let credentials: ClientCredentials
    let caller: Caller
    let now: NumericDate
    let noticeOfTheft: NoticeOfTheft
}

/// The token endpoint (RFC 6749 §3.2): who is asking, for what, and is it theirs?
struct TokenEndpoint: Sendable {
    let authenticator: ClientAuthenticator
    let registry: Registry
    /// Changes of registered things that one request sits through before it gives up.
    let attempts: Int
    let codes: AuthorizationCodeGrant
    let refreshes: RefreshTokenGrant
    let exchanges: TokenExchangeGrant
    let mint: @Sendable (NumericDate) -> TokenMint

    nonisolated(nonsending) func respond(
        to request: TokenRequest, _ call: TokenCall
    ) async throws -> Answered<TokenResponse> {
        let now = call.now
        switch request {
        case .clientCredentials(let parameters):
            let grant = ClientCredentialsGrant(registry: registry, mint: mint(now))
            return try await settled(call, at: \.facts.resource) { client in
                try await grant.issue(parameters, to: client)
            }.result
        case .authorizationCode(let parameters):
            let (prepared, client) = try await settled(call, at: \.struck.facts.resource) { client in
                try await codes.prepare(parameters, for: client, caller: call.caller, at: now)
            }
            return try await codes.spend(prepared, for: client, caller: call.caller, at: now)
        case .refreshToken(let parameters):
            for _ in 0..<attempts {
                let (prepared, client) = try await settled(call, at: \.resource) { client in
                    try await refreshes.prepare(parameters, for: client, call)
                }
                if let answer = try await refreshes.spend(prepared, for: client, at: now) { return answer }
            }
            throw StoreError.busy
        case .tokenExchange(let parameters):
            // The key is worth what the permission of its owner says, whoever redeems it.
            let (prepared, _) = try await settled(call, at: \.resource, of: \.accepted.client) { client in
                try client.check(mayUse: .tokenExchange)
                return try await exchanges.prepare(parameters, for: client.id, caller: call.caller, at: now)
            }
            return try await exchanges.spend(prepared, at: now)
        }
    }

    /// A key shows by itself whose it is: without a client (RFC 8693 §2.1) it is exchanged in its own name.
    func exchange(
        _ parameters: TokenExchangeParameters, caller: Caller, at now: NumericDate
    ) async throws -> Answered<TokenResponse> {
        var generation = registry.generation
        for _ in 0..<attempts {
            let prepared = try await exchanges.prepare(parameters, for: nil, caller: caller, at: now)
            let current = registry.generation
            let owner = prepared.facts.client ?? ClientID(unchecked: "-")
            if !registry.hasChanged(owner, at: prepared.resource, since: generation) {
                return try await exchanges.spend(prepared, at: now)
            }
            generation = current
        }
        throw StoreError.busy
    }

    /// Authenticates the client and lets `body` make something that rests on registered things, again whenever one of them
    /// has changed meanwhile. Nothing is spent in here, so that trying again costs nobody anything.
    private nonisolated(nonsending) func settled<Result: Sendable>(
        _ call: TokenCall, at resource: (Result) -> ResourceIndicator?,
        of owner: (Result) -> ClientID? = { _ in nil },
        _ body: nonisolated(nonsending) (AuthenticatedClient) async throws -> Result
    ) async throws -> (result: Result, client: AuthenticatedClient) {
        var generation = registry.generation
        var client = try await authenticator.client(call.credentials, caller: call.caller, at: call.now)
        for _ in 0..<attempts {
            let result = try await body(client)
            let current = registry.generation
            // A token takes its epochs last. Had a permission been narrowed between reading it and reading its epoch, the
            // token would carry the old scope and the new epoch, and outlive the change.
            let parties = [client.id] + [owner(result)].compactMap(\.self)
            let hasChanged = parties.contains { party in
                registry.hasChanged(party, at: resource(result), since: generation)
            }
            guard hasChanged else { return (result, client) }
            generation = current
            client = try await authenticator.renewed(client)
        }
        throw StoreError.busy
    }
}
