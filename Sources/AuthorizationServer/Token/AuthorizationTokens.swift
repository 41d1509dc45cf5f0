import JOSE
import OAuth
import Storage

/// What a client asks of a person's authorization in one token request.
struct TokenWish: Sendable {
    /// `nil`: the client's default.
    let resource: ResourceIndicator?
    /// `nil`: all that was given there.
    let scope: Scope?
    /// Core §12.2: an ID token that comes with a refresh carries no nonce.
    let nonce: String?
    /// OpenID Core §3.1.3.3: the answer to a code says who signed in, whatever its access token is for.
    var answersCode = false
}

/// Tokens that were struck and not yet handed out.
struct StruckTokens: Sendable {
    var response: TokenResponse
    let facts: DecisionFacts
    let names: AuthorizationNames
    /// What the access token says, and the version of the keys that signed it, if it is a JWT that UserInfo takes.
    let signed: (claims: AccessTokenClaims, keys: UInt64)?
}

/// What an authorization is called in all its tokens: digests, which its next tokens need not cost again.
struct AuthorizationNames: Sendable {
    /// As its client sees it: that changes if the client is registered anew.
    let subject: Subject
    let session: SessionID
    let revocation: [RevocationName]
}

/// Chooses what the tokens of a person's authorization are for, and has them struck: for the code and for each refresh.
struct AuthorizationTokens: Sendable {
    let issuer: Issuer
    let policy: ServerPolicy
    let registry: Registry
    let keys: KeyKeeper
    let pairwise: PairwiseSubjects
    let identity: IdentityClaims
    let revocations: RevocationList
    let mint: @Sendable (NumericDate) -> TokenMint

    /// The `aud` of tokens for UserInfo.
    private var userInfo: ResourceIndicator { ResourceIndicator(unchecked: issuer.url(of: .userInfo)) }

    /// - Parameter known: the names with which tokens of this authorization were struck before.
    nonisolated(nonsending) func strike(
        _ authorization: Authorization, for client: AuthenticatedClient, _ wish: TokenWish,
        named known: AuthorizationNames? = nil, at now: NumericDate
    ) async throws -> StruckTokens {
        guard let party = client.registration.relyingParty else { throw Rejection.grantTypeNotAllowed(client.id) }
        let target = try await target(authorization, party, client.id, wish)
        // What the client may ask for can have shrunk since the person gave it.
        let identityScope = authorization.identityScope.intersection(party.identityScope)
        let names = names(of: authorization, for: client, known)
        let authentication = AccessTokenAuthentication(
            time: authorization.authenticatedAt, acr: authorization.acr, methods: authorization.methods,
            session: names.session)
        let order = AccessTokenOrder(
            subject: names.subject, client: client.id,
            grant: authorization.id, audience: target.audience, scope: target.scope, lifetime: target.lifetime,
            format: target.format, algorithm: target.algorithm, formerAlgorithm: target.former,
            authentication: authentication,
            personal: try await identity.forAccessToken(
                authorization, scope: wish.scope.map { identityScope.intersection($0) } ?? identityScope),
            revocationNames: names.revocation)
        if target.format == .jwt { try await keys.ensureSigner(target.algorithm, at: now) }
        let told = wish.answersCode ? identityScope.union(target.scope) : target.scope
        let identifies = told.contains("openid")
        if identifies { try await keys.ensureSigner(party.idTokenAlgorithm, at: now) }

        let mint = mint(now)
        let (claims, accessToken) = try await mint.accessToken(order)
        var response = TokenResponse(
            accessToken: accessToken, expiresIn: (claims.expiresAt - claims.issuedAt).components.seconds,
            scope: target.scope)
        if identifies {
            let key = try mint.signer(party.idTokenAlgorithm, after: party.formerIDTokenAlgorithm)
            response.idToken = try mint.idToken(
                IDTokenClaims(
                    issuer: issuer, subject: order.subject, audience: client.id, issuedAt: now,
                    expiresAt: now + .seconds(policy.idTokenLifetime), authentication: authentication,
                    nonce: wish.nonce,
                    accessTokenHash: IDTokenClaims.halfHash(of: accessToken, for: key.algorithm),
                    personal: try await identity.forIDToken(authorization, to: party, scope: told)),
                by: key)
        }
        let isForUserInfo = target.format == .jwt && claims.audience.contains(userInfo)
        return StruckTokens(
            response: response,
            facts: DecisionFacts(
                "issued", client: client.id, resource: target.audience.first, grant: authorization.id,
                tokenID: claims.tokenID),
            names: names, signed: isForUserInfo ? (claims, mint.keys.version) : nil)
    }

    private func names(
        of authorization: Authorization, for client: AuthenticatedClient, _ known: AuthorizationNames?
    ) -> AuthorizationNames {
        let subject = pairwise.subject(authorization.subject, for: client.registration)
        if let known, known.subject == subject { return known }
        return AuthorizationNames(
            subject: subject, session: pairwise.session(authorization.session, for: authorization.client),
            revocation: revocations.names(subject: subject, client: client.id, grant: authorization.id))
    }

    private struct Target {
        var audience: [ResourceIndicator]
        var scope: Scope
        var lifetime: Int64
        var format: AccessTokenFormat
        var algorithm: Algorithm
        var former: Algorithm?
    }

    /// RFC 8707 §2.2: the resource that was named, or the client's default; and UserInfo, if no resource was named.
    private nonisolated(nonsending) func target(
        _ authorization: Authorization, _ party: RelyingParty, _ client: ClientID, _ wish: TokenWish
    ) async throws -> Target {
        // What the client may ask for can have shrunk since the person gave it.
        let identityScope = authorization.identityScope.intersection(party.identityScope)
        var target = Target(
            audience: [], scope: .empty, lifetime: policy.userInfoTokenLifetime, format: .jwt, algorithm: .ES256)
        if let resource = try await resource(authorization, party, client, wish) {
            let registered = try await permitted(resource, authorization, party, client)
            target = Target(
                audience: [resource], scope: registered.scope, lifetime: registered.resource.accessTokenLifetime,
                format: registered.resource.tokenFormat, algorithm: registered.resource.signingAlgorithm,
                former: registered.resource.formerSigningAlgorithm)
        }
        if wish.resource == nil || wish.resource == userInfo,
            identityScope.contains("openid") || target.audience.isEmpty
        {
            target.audience.append(userInfo)
            target.scope = identityScope.union(target.scope)
        }
        guard let wished = wish.scope else { return target }
        // RFC 6749 §6: nothing that the person did not give.
        let isGiven = wished.tokens.allSatisfy { token in
            authorization.identityScope.contains(token)
                || authorization.resourceScopes.values.contains { $0.contains(token) }
        }
        guard isGiven else { throw Rejection.scopeExceedsGrant(client) }
        target.scope = target.scope.intersection(wished)
        guard !target.scope.isEmpty else { throw Rejection.scopeExceedsGrant(client) }
        return target
    }

    /// The resource that the token is for; `nil` if it is for UserInfo alone.
    private nonisolated(nonsending) func resource(
        _ authorization: Authorization, _ party: RelyingParty, _ client: ClientID, _ wish: TokenWish
    ) async throws -> ResourceIndicator? {
        if let named = wish.resource {
            if named == userInfo, authorization.identityScope.contains("openid") { return nil }
            guard authorization.resourceScopes[named] != nil else {
                throw Rejection.resourceNotPermitted(client, named)
            }
            return named
        }
        if let standard = party.defaultResource {
            if authorization.resourceScopes[standard] != nil { return standard }
            // RFC 9068 §3: the default stands in `aud` also of a token that says there only whom it speaks for.
            if authorization.resourceScopes.isEmpty, standard.rawValue != issuer.url(of: .administration),
                try await registry.resource(identifiedBy: standard)?.isEnabled == true
            {
                return standard
            }
        }
        // A resource that the client may not ask for any more is none that was given, unless it is all that was.
        let given = authorization.resourceScopes.keys
        let left = given.filter { party.resourceScopes[$0] != nil }
        guard !authorization.identityScope.contains("openid") else { return left.count == 1 ? left.first : nil }
        guard given.count <= 1 || left.count == 1 else { throw Rejection.resourceNotNamed(client) }
        return left.first ?? given.first
    }

    private nonisolated(nonsending) func permitted(
        _ identifier: ResourceIndicator, _ authorization: Authorization, _ party: RelyingParty, _ client: ClientID
    ) async throws -> (resource: ProtectedResource, scope: Scope) {
        guard let resource = try await registry.resource(identifiedBy: identifier), resource.isEnabled else {
            throw Rejection.resourceDisabled(client, identifier)
        }
        let isDefault = identifier == party.defaultResource
        guard let given = authorization.resourceScopes[identifier] ?? (isDefault ? .empty : nil),
            let allowed = party.resourceScopes[identifier] ?? (isDefault ? .empty : nil)
        else { throw Rejection.resourceNotPermitted(client, identifier) }
        return (resource, given.intersection(allowed).intersection(resource.scope))
    }
}
