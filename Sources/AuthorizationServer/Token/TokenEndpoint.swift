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
            var asker = try await asker(call)
            return try await settled(&asker, at: \.facts.resource) { client in
                try await grant.issue(parameters, to: client)
            }
        case .authorizationCode(let parameters):
            var asker = try await asker(call)
            for _ in 0..<attempts {
                let prepared = try await settled(&asker, at: \.struck.facts.resource) { client in
                    try await codes.prepare(parameters, for: client, caller: call.caller, at: now)
                }
                let answer = try await codes.spend(prepared, for: asker.client, caller: call.caller, at: now)
                if let answer { return answer }
                asker = try await renewed(asker)
            }
            throw StoreError.busy
        case .refreshToken(let parameters):
            var asker = try await asker(call)
            for _ in 0..<attempts {
                let prepared = try await settled(&asker, at: \.resource) { client in
                    try await refreshes.prepare(parameters, for: client, call)
                }
                if let answer = try await refreshes.spend(prepared, for: asker.client, at: now) { return answer }
                asker = try await renewed(asker)
            }
            throw StoreError.busy
        case .tokenExchange(let parameters):
            // The key is worth what the permission of its owner says, whoever redeems it.
            var asker = try await asker(call)
            let prepared = try await settled(&asker, at: \.resource, of: \.accepted.client) { client in
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

    /// Who asks, and what had changed in the registry before that was read.
    private struct Asker {
        let generation: UInt64
        let client: AuthenticatedClient
    }

    /// Once for each request, however often it tries: to look at a client assertion spends it (RFC 7523 §3), so that a
    /// second look would take the client's own for a stolen one.
    private nonisolated(nonsending) func asker(_ call: TokenCall) async throws -> Asker {
        let generation = registry.generation
        let client = try await authenticator.client(call.credentials, caller: call.caller, at: call.now)
        return Asker(generation: generation, client: client)
    }

    /// The same client as it is registered now.
    private nonisolated(nonsending) func renewed(_ asker: Asker) async throws -> Asker {
        let generation = registry.generation
        return Asker(generation: generation, client: try await authenticator.renewed(asker.client))
    }

    /// Lets `body` make something that rests on registered things, again whenever one of them has changed meanwhile.
    /// Nothing is spent in here, so that trying again costs nobody anything.
    private nonisolated(nonsending) func settled<Result: Sendable>(
        _ asker: inout Asker, at resource: (Result) -> ResourceIndicator?,
        of owner: (Result) -> ClientID? = { _ in nil },
        _ body: nonisolated(nonsending) (AuthenticatedClient) async throws -> Result
    ) async throws -> Result {
        for _ in 0..<attempts {
            let result = try await body(asker.client)
            // A token takes its epochs last. Had a permission been narrowed between reading it and reading its epoch, the
            // token would carry the old scope and the new epoch, and outlive the change.
            let parties = [asker.client.id] + [owner(result)].compactMap(\.self)
            let hasChanged = parties.contains { party in
                registry.hasChanged(party, at: resource(result), since: asker.generation)
            }
            guard hasChanged else { return result }
            asker = try await renewed(asker)
        }
        throw StoreError.busy
    }
}
