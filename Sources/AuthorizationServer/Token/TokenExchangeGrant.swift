import JOSE
import OAuth
import Storage

/// The token exchange (RFC 8693): an API key in, a short access token for one resource out.
struct TokenExchangeGrant: Sendable {
    let check: APIKeyCheck
    let registry: Registry
    /// Seconds.
    let lifetime: Int64
    let mint: @Sendable (NumericDate) -> TokenMint

    /// A token that is made and not handed out yet.
    struct Prepared: Sendable {
        let accepted: AcceptedAPIKey
        let response: TokenResponse
        let facts: DecisionFacts

        var resource: ResourceIndicator? { accepted.resource.identifier }
    }

    /// Changes nothing. `client`: who asks, if that is not the key alone.
    func prepare(
        _ parameters: TokenExchangeParameters, for client: ClientID?, caller: Caller, at now: NumericDate
    ) async throws -> Prepared {
        let key = try await check.key(parameters.subjectToken, at: now)
        guard let identifier = parameters.resource ?? key.onlyResource else {
            throw Rejection.keyResourceNotNamed(key.id)
        }
        // Who shows the key here is who it is bound to; nobody stands between.
        let accepted = try await check.accept(key, at: identifier, from: caller.clientAddress)
        let scope = parameters.scope ?? accepted.scope
        // RFC 8693 §2.1: never more than the subject token has.
        guard !scope.isEmpty, scope.isSubset(of: accepted.scope) else { throw Rejection.keyScopeTooWide(key.id) }
        let resource = accepted.resource
        let order = AccessTokenOrder(
            subject: accepted.subject, client: client ?? accepted.client ?? key.standIn, grant: key.id,
            audience: [identifier], scope: scope,
            lifetime: min(resource.accessTokenLifetime, lifetime, key.secondsLeft(at: now)),
            format: resource.tokenFormat, algorithm: resource.signingAlgorithm,
            formerAlgorithm: resource.formerSigningAlgorithm)
        let (claims, token) = try await mint(now).accessToken(order)
        var response = TokenResponse(
            accessToken: token, expiresIn: (claims.expiresAt - claims.issuedAt).components.seconds, scope: scope)
        response.issuedTokenType = TokenExchangeParameters.accessTokenType
        return Prepared(
            accepted: accepted, response: response,
            facts: DecisionFacts(
                "exchanged", client: order.client, resource: identifier, grant: key.id, tokenID: claims.tokenID))
    }

    /// Counts the use.
    func spend(_ prepared: Prepared, at now: NumericDate) async throws -> Answered<TokenResponse> {
        try await check.use(prepared.accepted.key, at: now)
        return Answered(prepared.response, prepared.facts)
    }
}

extension APIKey {
    /// The resource that it is for, if there is just one (RFC 8707 §2.2).
    fileprivate var onlyResource: ResourceIndicator? { resourceScopes.count == 1 ? resourceScopes.keys.first : nil }

    /// No token outlives its key.
    fileprivate func secondsLeft(at now: NumericDate) -> Int64 {
        expiresAt.map { ($0 - now).components.seconds } ?? .max
    }

    /// What stands for the client in a token that a person's key was exchanged for without one. No client can have a colon
    /// in its name.
    fileprivate var standIn: ClientID { ClientID(unchecked: mention) }
}
