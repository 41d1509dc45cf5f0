public import JOSE
public import OAuth

/// Signs people in: the authorization code flow with PKCE, `state`, `nonce` and every check of the answer.
public struct AuthorizationCodeFlow: Sendable {
    public let provider: Provider
    public let client: RelyingPartyClient
    private let random: SecretGenerator

    public init(provider: Provider, client: RelyingPartyClient, random: SecretGenerator = .system) {
        self.provider = provider
        self.client = client
        self.random = random
    }

    /// The address to send the browser to, and what to keep for its return.
    public func start(
        _ wishes: SignInWishes, at now: NumericDate
    ) async throws(OAuthClientError) -> (location: String, pending: PendingSignIn) {
        let endpoint = try await provider.configuration(at: now).authorizationEndpoint
        // Three independent values: each guards against something else (RFC 9700 §2.1).
        let pending = PendingSignIn(
            state: Secret(random.text()), nonce: Secret(random.text()), verifier: CodeVerifier(from: random),
            startedAt: now, wishes: wishes)
        var form = FormWriter()
        form.append("response_type", "code")
        form.append("client_id", client.id.rawValue)
        form.append("redirect_uri", client.redirectURI)
        form.append("scope", wishes.scope.description)
        form.append("state", pending.state.revealedValue)
        form.append("nonce", pending.nonce.revealedValue)
        form.append("code_challenge", CodeChallenge(of: pending.verifier).rawValue)
        form.append("code_challenge_method", CodeChallenge.method)
        form.append("resource", wishes.resource?.rawValue)
        if wishes.responseMode != .query { form.append("response_mode", wishes.responseMode.rawValue) }
        if !wishes.prompt.isEmpty {
            form.append("prompt", wishes.prompt.map(\.rawValue).sorted().joined(separator: " "))
        }
        form.append("max_age", wishes.maxAge.map { String($0) })
        form.append("login_hint", wishes.loginHint)
        form.append("id_token_hint", wishes.idTokenHint)
        if !wishes.uiLocales.isEmpty { form.append("ui_locales", wishes.uiLocales.joined(separator: " ")) }
        if !wishes.contextClasses.isEmpty { form.append("acr_values", wishes.contextClasses.joined(separator: " ")) }
        return (endpoint + (endpoint.utf8.contains(0x3F) ? "&" : "?") + form.text, pending)
    }

    /// What the browser brought back becomes tokens, if it is the answer to `pending`.
    ///
    /// - Parameter response: the query of the redirect, or the body that a page posted; as it arrived.
    public func finish(
        _ response: [UInt8], pending: PendingSignIn, at now: NumericDate
    ) async throws(OAuthClientError) -> SignedIn {
        // Duplicates are refused with everything else that can be read in two ways.
        guard response.count <= 16 * 1024, let answer = try? FormParameters(response) else {
            throw .callback(.malformed)
        }
        guard pending.startedAt <= now + client.clockTolerance, now < pending.startedAt + PendingSignIn.lifetime else {
            throw .callback(.expired)
        }
        guard let state = answer["state"], pending.state.matches(state) else { throw .callback(.wrongState) }
        try await checkIssuer(answer["iss"], at: now)
        // An error wins over a code beside it.
        if let error = answer["error"] { throw .refused(code: error, description: answer["error_description"]) }
        guard let code = answer["code"] else { throw .callback(.missingCode) }

        let endpoint = TokenEndpointClient(provider: provider, client: client, random: random)
        let wishes = pending.wishes
        let tokens = try await endpoint.redeem(
            code: code, verifier: pending.verifier, resource: wishes.resource, at: now)
        let expected = IDTokenExpectation(
            nonce: pending.nonce, accessToken: tokens.accessToken, notBefore: pending.startedAt, maxAge: wishes.maxAge,
            contextClasses: wishes.contextClasses)
        let idToken = try await IDTokenChecker(provider: provider, client: client)
            .check(tokens.idToken, expected, at: now)
        return SignedIn(idToken: idToken, tokens: tokens, resource: wishes.resource)
    }

    /// RFC 9207 §2.4: a response of another issuer would send its code, and this client's secret, to the wrong one.
    private func checkIssuer(_ named: String?, at now: NumericDate) async throws(OAuthClientError) {
        guard let named else {
            guard try await !provider.configuration(at: now).namesIssuerInResponses else {
                throw .callback(.missingIssuer)
            }
            return
        }
        guard named.utf8.elementsEqual(provider.issuer.rawValue.utf8) else { throw .callback(.wrongIssuer) }
    }

    /// Keeps the tokens of a sign-in fresh.
    public func session(_ signedIn: SignedIn) -> TokenSession {
        TokenSession(
            signedIn, endpoint: TokenEndpointClient(provider: provider, client: client, random: random),
            checker: IDTokenChecker(provider: provider, client: client))
    }
}
