import JOSE
import OAuth
import Storage

extension EvidenceFinder {
    /// What was asked for, against what the client may have.
    func grantEvidence(_ rejection: Rejection, _ wanted: TokenRequest) async -> Evidence {
        let (resource, scope) = wanted.wish
        switch rejection {
        case .grantTypeNotAllowed(let id):
            let types = await client(id)?.grantTypes.map(\.rawValue).sorted().joined(separator: ", ")
            return Evidence(
                "grant_type \(wanted.grantType.rawValue)", expected: types.map { "grant_type \($0)" } ?? "")
        case .resourceNotNamed(let id):
            return Evidence("no resource", expected: "one of \(await permitted(id))")
        case .resourceNotPermitted(let id, let named):
            return Evidence("resource \(named)", expected: "one of \(await permitted(id))")
        case .keyResourceNotNamed(let key):
            return Evidence("key \(key), no resource", expected: "one of \(await resources(of: key))")
        case .keyScopeTooWide(let key):
            let given = try? await store.apiKey(key)?.resourceScopes
            let own = resource.flatMap { given?[$0] } ?? given?.values.first
            return Evidence(
                "key \(key), scope \(scope?.description ?? "(none)")",
                expected: own.map { "a part of the scope \($0)" } ?? "")
        case .resourceDisabled(_, let named): return Evidence("resource \(named)")
        case .signingKeyMissing(let named): return Evidence("no key for \(named)")
        case .scopeNotPermitted(let id, let named):
            let grants = (try? await registry.grants(of: id)) ?? []
            let known = (try? await registry.resource(identifiedBy: named))?.scope
            let permitted = grants.first { $0.resource == named }?.scope
            let both = known.flatMap { permitted?.intersection($0) }
            return Evidence(
                "scope \(scope?.description ?? "(none)")", expected: both.map { "scope within \($0)" } ?? "")
        case .scopeExceedsGrant:
            return Evidence(
                "scope \(scope?.description ?? "(none)") at \(resource?.rawValue ?? "the default resource")",
                expected: await given(wanted).map { "scope within \($0)" } ?? "")
        default: return .none
        }
    }

    func codeEvidence(
        _ fault: CodeFault, _ parameters: AuthorizationCodeParameters, _ client: ClientID
    ) async -> Evidence {
        let record = try? await store.code(TokenHash(of: parameters.code))
        switch fault {
        case .unknown: return Evidence(parameters.code)
        case .ofAnotherClient:
            return Evidence("client \(client)", expected: record.map { "client \($0.authorization.client)" } ?? "")
        case .redirectURIWrong:
            return Evidence(
                "redirect_uri \(parameters.redirectURI ?? "(none)")",
                expected: record.map { "redirect_uri \($0.code.redirectURI)" } ?? "")
        case .verifierMissing, .verifierWrong, .verifierUnexpected:
            return parameters.codeVerifier.map { Evidence($0) } ?? .none
        case .expired:
            return Evidence(record.map { "a code that expired at \($0.code.expiresAt.secondsSince1970)" } ?? "")
        case .replayed, .ended: return Evidence(record.map { "authorization \($0.authorization.id)" } ?? "")
        }
    }

    func refreshEvidence(
        _ fault: RefreshTokenFault, _ parameters: RefreshTokenParameters, _ client: ClientID, at now: NumericDate
    ) async -> Evidence {
        guard fault != .unknown, let token = RefreshToken(parameters.refreshToken),
            let record = try? await store.refreshRecord(token.grant, at: now)
        else { return Evidence(parameters.refreshToken) }
        switch fault {
        case .ofAnotherClient:
            return Evidence("client \(client)", expected: "client \(record.authorization.client)")
        case .late, .reused, .ahead, .repeatedTooOften:
            return Evidence("generation \(token.generation)", expected: "generation \(record.family.head)")
        case .userEnded: return Evidence("user \(record.authorization.subject)")
        case .sessionEnded: return Evidence("session \(record.authorization.session)")
        case .unknown, .ended, .consentEnded: return Evidence("authorization \(token.grant)")
        }
    }

    private func client(_ id: ClientID) async -> RegisteredClient? {
        guard case .client(let client)? = try? await registry.owner(id) else { return nil }
        return client
    }

    private func resources(of key: GrantID) async -> String {
        let all = (try? await store.apiKey(key))?.resourceScopes.keys.map(\.rawValue).sorted() ?? []
        return all.prefix(8).joined(separator: ", ")
    }

    /// The resources that the client may have tokens for, whoever gives them.
    private func permitted(_ id: ClientID) async -> String {
        let standing = ((try? await registry.grants(of: id)) ?? []).map(\.resource.rawValue)
        let asked = (await client(id)?.relyingParty?.resourceScopes.keys.map(\.rawValue)) ?? []
        let all = Set(standing + asked).sorted()
        return all.isEmpty ? "none: the client has no permission" : all.prefix(8).joined(separator: ", ")
    }

    /// All that the person gave, for whom the code or refresh token stands.
    private func given(_ wanted: TokenRequest) async -> Scope? {
        guard case .refreshToken(let parameters) = wanted, let token = RefreshToken(parameters.refreshToken),
            let authorization = try? await store.authorization(token.grant)
        else { return nil }
        let tokens = authorization.resourceScopes.values.reduce(authorization.identityScope.tokens) { $0 + $1.tokens }
        return Scope(unchecked: tokens)
    }
}

extension TokenRequest {
    fileprivate var wish: (resource: ResourceIndicator?, scope: Scope?) {
        switch self {
        case .authorizationCode(let parameters): (parameters.resource, nil)
        case .clientCredentials(let parameters): (parameters.resource, parameters.scope)
        case .refreshToken(let parameters): (parameters.resource, parameters.scope)
        case .tokenExchange(let parameters): (parameters.resource, parameters.scope)
        }
    }
}
