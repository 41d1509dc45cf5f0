import JOSE
import OAuth
import Storage

/// An authorization request that may be acted upon: its client, its address and all that it asks for are allowed.
struct ValidatedAuthorizationRequest: Sendable {
    let request: AuthorizationRequest
    let client: RegisteredClient
    let party: RelyingParty
    let target: ResponseTarget
    let identityScope: Scope
    /// Scopes that are not asked for, and open claims that are (OpenID Core §5.5). The person is asked for them as
    /// well; no token has them.
    let claimScope: Scope
    let resourceScopes: [ResourceIndicator: Scope]
    /// As they were when the request was judged.
    let basis: JudgedRegistrations
    /// Seconds.
    let maxAge: Int64?
    /// The `sub` that the client expects, as it knows it (OpenID Core §3.1.2.1 `id_token_hint`, §5.5.1).
    let expectedSubject: Subject?
    /// An essential `acr` is none that a sign-in here has (OpenID Core §5.5.1.1).
    let isUnreachable: Bool

    /// All about the person that they have to agree to.
    var personalScope: Scope { identityScope.union(claimScope) }

    /// What a kept hint begins with; no ID token does.
    fileprivate static let checkedHint = "sub="

    /// The request as it waits in the store: with the person that its hint named, and without the ID token itself, which
    /// is for its client alone.
    var kept: [UInt8] {
        guard request.idTokenHint != nil, let expectedSubject else { return request.formEncoded }
        var request = request
        request.idTokenHint = Self.checkedHint + expectedSubject.rawValue
        return request.formEncoded
    }
}

/// Where the answer to an authorization request goes. Only ``RequestValidation`` finds one, by matching what is
/// registered.
struct ResponseTarget: Hashable, Sendable {
    let redirectURI: RedirectURI
    let mode: ResponseMode
    let state: String?
}

/// The one place in which an authorization request is judged: a browser's, a pushed one, and one that waited.
struct RequestValidation: Sendable {
    enum Origin: Sendable { case browser, pushed, resumed }

    enum Outcome: Sendable {
        case valid(ValidatedAuthorizationRequest)
        /// The client is told, at an address that is its own.
        case error(OAuthError, ClientID, ResponseTarget)
        /// Nobody is told but the person.
        case refuse(AuthorizationFault)
    }

    let issuer: Issuer
    let registry: Registry
    let keys: KeyRing.Snapshot
    let mapping: ClaimMapping

    /// How the only sign-in there is reads as a context class; told truthfully, and nothing above it is promised.
    static let passwordContext = "urn:tessera:acr:pwd"

    func validate(_ form: FormParameters, from origin: Origin) async throws -> Outcome {
        switch Self.read(form) {
        case .success(let request):
            let frame = AuthorizationRequestError(
                OAuthError(.invalidRequest, ""), clientID: request.clientID, redirectURI: request.redirectURI,
                state: request.state, responseMode: request.responseMode)
            return try await located(frame) { client, party, target in
                do {
                    return .valid(
                        try await judge(request, from: origin, client: client, party: party, target: target))
                } catch let error as OAuthError {
                    return .error(error, client.id, target)
                }
            }
        case .failure(let unreadable):
            return try await place(unreadable)
        }
    }

    /// Where the client is told what keeps its request from being read, if it is told at all.
    func place(_ unreadable: AuthorizationRequestError) async throws -> Outcome {
        try await located(unreadable) { client, _, target in .error(unreadable.error, client.id, target) }
    }

    private static func read(_ form: FormParameters) -> Result<AuthorizationRequest, AuthorizationRequestError> {
        do throws(AuthorizationRequestError) { return .success(try AuthorizationRequest(form)) } catch {
            return .failure(error)
        }
    }

    /// Goes on with `body` if the answer has somewhere to go: a client that may bring people here, and an address of
    /// its own.
    private func located(
        _ frame: AuthorizationRequestError,
        _ body: (RegisteredClient, RelyingParty, ResponseTarget) async throws -> Outcome
    ) async throws -> Outcome {
        guard let id = frame.clientID else { return .refuse(.clientMissing) }
        guard case .client(let client)? = try await registry.owner(id) else { return .refuse(.clientUnknown) }
        guard client.isEnabled else { return .refuse(.clientDisabled(id)) }
        guard let party = client.relyingParty, client.grantTypes.contains(.authorizationCode) else {
            return .refuse(.notARelyingParty(id))
        }
        // RFC 9700 §2.1: exact comparison; only the port of a native loopback address may differ (RFC 8252 §7.3).
        // Always named by the request, also where only one is registered (OpenID Core §3.1.2.1).
        guard let text = frame.redirectURI,
            let redirectURI = RedirectURI.match(
                text, registered: party.redirectURIs, allowingLoopbackPorts: party.applicationType == .native)
        else { return .refuse(.redirectURIWrong(id)) }
        return try await body(
            client, party, ResponseTarget(redirectURI: redirectURI, mode: frame.responseMode, state: frame.state))
    }

    private func judge(
        _ request: AuthorizationRequest, from origin: Origin, client: RegisteredClient, party: RelyingParty,
        target: ResponseTarget
    ) async throws -> ValidatedAuthorizationRequest {
        // RFC 9126 §5
        guard origin != .browser || !party.requiresPushedRequests else {
            throw OAuthError(.invalidRequest, "this client has to push its authorization requests")
        }
        try checkProof(request, client, party)
        var wanted = ScopeRequest(registry: registry, issuer: issuer, client: client, party: party)
        let scopes = try await wanted.resolve(request.scope, at: request.resources)
        return ValidatedAuthorizationRequest(
            request: request, client: client, party: party, target: target, identityScope: scopes.identity,
            claimScope: claimScope(request, beyond: scopes.identity, client, party), resourceScopes: scopes.resources,
            basis: JudgedRegistrations(client: client.id, version: client.version, resources: wanted.versions),
            maxAge: request.maxAge ?? party.defaultMaxAge,
            expectedSubject: try expectedSubject(request, from: origin), isUnreachable: isUnreachable(request))
    }

    /// What claims that are asked for by name take beyond the scopes. What nobody knows, or the client may not have, is
    /// no error (OpenID Core §5.5.1).
    private func claimScope(
        _ request: AuthorizationRequest, beyond identity: Scope, _ client: RegisteredClient, _ party: RelyingParty
    ) -> Scope {
        guard let claims = request.claims, identity.contains("openid") else { return .empty }
        var wanted: [String] = []
        for target in [ClaimMapping.Target.userInfo, ClaimMapping.Target.idToken] {
            for claim in target == .userInfo ? claims.userInfo : claims.idToken {
                let scopes = mapping.scopes(
                    opening: claim.name, in: target, for: client.id, of: party, beyond: identity)
                guard let first = scopes.first, !scopes.contains(where: wanted.contains) else { continue }
                wanted.append(first)
            }
        }
        return Scope(unchecked: wanted)
    }

    /// RFC 9700 §2.1.1: every code is bound to who asked for it, by PKCE or, where registered so, by `nonce`.
    private func checkProof(
        _ request: AuthorizationRequest, _ client: RegisteredClient, _ party: RelyingParty
    ) throws(OAuthError) {
        guard request.codeChallenge == nil else { return }
        guard party.mayOmitPKCE, client.credentials.method != .none, request.nonce != nil,
            request.scope.contains("openid")
        else { throw OAuthError(.invalidRequest, "code_challenge is missing") }
    }

    /// OpenID Core §3.1.2.1: a hint is a token of ours, however old; §5.5.1: and so is a `sub` asked for by value.
    private func expectedSubject(_ request: AuthorizationRequest, from origin: Origin) throws(OAuthError) -> Subject? {
        let claimed = try requestedSubject(request.claims)
        guard let text = request.idTokenHint else { return claimed }
        guard let hinted = hintedSubject(text, from: origin) else {
            throw OAuthError(.invalidRequest, "id_token_hint is not an ID token of this issuer")
        }
        guard claimed == nil || claimed == hinted else {
            throw OAuthError(.invalidRequest, "id_token_hint and claims speak of two people")
        }
        return hinted
    }

    private func hintedSubject(_ text: String, from origin: Origin) -> Subject? {
        guard origin == .resumed, text.hasPrefix(ValidatedAuthorizationRequest.checkedHint) else {
            return IDTokenHint(text, issuer: issuer, keys: keys)?.subject
        }
        return Subject(String(text.dropFirst(ValidatedAuthorizationRequest.checkedHint.count)))
    }

    private func requestedSubject(_ claims: ClaimsRequest?) throws(OAuthError) -> Subject? {
        let values = (claims?.idTokenClaim("sub")?.values ?? []) + (claims?.userInfoClaim("sub")?.values ?? [])
        guard let first = values.first else { return nil }
        guard let subject = first.string.flatMap({ Subject($0) }), values.allSatisfy({ $0 == first }) else {
            throw OAuthError(.invalidRequest, "claims asks for a sub that nobody can be")
        }
        return subject
    }

    private func isUnreachable(_ request: AuthorizationRequest) -> Bool {
        guard let wish = request.claims?.idTokenClaim("acr"), wish.isEssential, !wish.values.isEmpty else {
            return false
        }
        return !wish.values.contains(.string(Self.passwordContext))
    }
}

extension OpenIDProvider {
    var requestValidation: RequestValidation {
        RequestValidation(
            issuer: issuer, registry: registry, keys: keyRing.snapshot, mapping: policy.people.claimMapping)
    }
}
