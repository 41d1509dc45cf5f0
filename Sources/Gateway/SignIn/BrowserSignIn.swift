package import JOSE
package import OAuth
package import OAuthClient
package import ResourceServer
package import ServerHTTP

/// Signs people's browsers in at the issuer, as its relying party: they get a cookie, and the gateway keeps the tokens.
package struct BrowserSignIn: Sendable {
    package let policy: SignInPolicy
    package let figures = SignInFigures()
    package let sessions: GatewaySessions
    package let pending: PendingSignIns
    /// Counts who asks at the gateway's own addresses, in a memory of its own: they crowd nobody out at routes.
    let requests = RateLimiter()
    let pages: PageRenderer
    let admission: AccessGuard
    let logout: RelyingPartyLogout
    let issuer: Issuer
    let random: SecretGenerator
    private let wishes: SignInWishes
    private let flows: [HostName: (origin: SignInOrigin, flow: AuthorizationCodeFlow)]

    /// What the gateway is registered with at the issuer.
    package struct Registration: Sendable {
        let id: ClientID
        let authentication: RelyingPartyClient.Authentication
        let scope: Scope
        let resource: ResourceIndicator
        let idTokenAlgorithm: Algorithm

        package init(
            id: ClientID, authentication: RelyingPartyClient.Authentication, scope: Scope, resource: ResourceIndicator,
            idTokenAlgorithm: Algorithm = .ES256
        ) {
            self.id = id
            self.authentication = authentication
            self.scope = scope
            self.resource = resource
            self.idTokenAlgorithm = idTokenAlgorithm
        }
    }

    /// - Parameters:
    ///   - admission: judges the tokens of sessions as those of all other requests.
    ///   - pages: made for `OwnPath.prefix`.
    package init(
        at origins: [SignInOrigin], of provider: Provider, as registration: Registration, admission: AccessGuard,
        pages: PageRenderer, policy: SignInPolicy = SignInPolicy(), random: SecretGenerator = .system
    ) {
        self.policy = policy
        self.admission = admission
        self.pages = pages
        self.random = random
        issuer = provider.issuer
        sessions = GatewaySessions(policy)
        pending = PendingSignIns(policy)
        var wishes = SignInWishes()
        wishes.scope = registration.scope
        wishes.resource = registration.resource
        self.wishes = wishes
        func client(_ origin: SignInOrigin?) -> RelyingPartyClient {
            RelyingPartyClient(
                id: registration.id, authentication: registration.authentication,
                redirectURI: origin?.address(.callback) ?? "", idTokenAlgorithm: registration.idTokenAlgorithm)
        }
        // A logout token is for the client, wherever its browsers are.
        logout = RelyingPartyLogout(provider: provider, client: client(origins.first))
        flows = Dictionary(
            origins.map { origin in
                let flow = AuthorizationCodeFlow(provider: provider, client: client(origin), random: random)
                return (origin.host, (origin, flow))
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The origin that a request is for, and how people sign in there.
    func site(_ host: String?) -> (origin: SignInOrigin, flow: AuthorizationCodeFlow)? {
        host.flatMap { HostName($0) }.flatMap { flows[$0] }
    }

    /// Where people sign in.
    var hosts: [String] { flows.values.map(\.origin.host.description).sorted() }

    /// What a sign-in for a route asks for: the route's own rule, so that nobody comes back without it and is sent again.
    func wishes(for rule: AccessRule) -> SignInWishes {
        var wishes = wishes
        wishes.contextClasses = rule.contextClasses
        wishes.maxAge = rule.maxAge.map(\.components.seconds)
        return wishes
    }

    // MARK: Sessions

    /// The secret of a browser's session, if its cookie has the shape of one.
    func sessionSecret(_ headers: HeaderFields, at origin: SignInOrigin) -> Secret? {
        SecretDigest.secret(Cookies(headers)[origin.sessionName], .session)
    }

    func browserSecret(_ headers: HeaderFields, at origin: SignInOrigin) -> Secret? {
        SecretDigest.secret(Cookies(headers)[origin.browserName], .browser)
    }

    /// The token of a session that may do what is asked; it is judged on each request, as one in a header is.
    /// - Parameter webSocketOrigins: as the route names them.
    func admit(
        _ question: GatewayQuestion, _ headers: HeaderFields, rule: AccessRule, webSocketOrigins: Set<String>,
        at now: NumericDate
    ) async throws(GatewayRefusal) -> (token: AccessToken, text: Secret) {
        let isNavigation = BrowserRequest.isNavigation(question.method, headers)
        guard let origin = site(question.host)?.origin else { throw .access(.noToken) }
        guard let secret = sessionSecret(headers, at: origin), let session = sessions.session(secret, at: origin, now)
        else { throw isNavigation ? .browser(.noSession) : .access(.noToken) }
        guard
            BrowserRequest.mayUseSession(question.method, headers, at: origin, webSocketOrigins: webSocketOrigins)
        else { throw .browser(.foreignPage) }
        let text: Secret
        do { text = try await session.tokens.accessToken(at: now) } catch {
            throw await ended(secret, at: origin, because: error)
        }
        do {
            return (try await admission.admit(text, rule: rule, from: question.address, at: now), text)
        } catch {
            switch error {
            case .noToken, .malformedRequest, .invalidToken:
                await forget(secret, at: origin)
                throw .browser(.sessionEnded)
            case .insufficientAuthentication where isNavigation: throw .browser(.stepUp(error))
            case .insufficientAuthentication, .insufficientScope, .unavailable: throw .access(error)
            }
        }
    }

    /// Why there is no token: the session is over, or nobody can say so now.
    private func ended(
        _ secret: Secret, at origin: SignInOrigin, because error: any Error
    ) async -> GatewayRefusal {
        switch error as? OAuthClientError {
        case .ended, .token:
            await forget(secret, at: origin)
            return .browser(.sessionEnded)
        default: return .access(.unavailable(IssuerUnavailable("the session's token cannot be refreshed")))
        }
    }

    private func forget(_ secret: Secret, at origin: SignInOrigin) async {
        guard let session = sessions.end(secret, at: origin) else { return }
        figures.count(.ended)
        _ = await session.tokens.forget()
    }

    /// Ends a session whose tokens nobody needs any more, and tells the issuer so. The session is over either way.
    func end(_ session: GatewaySessions.Session, at now: NumericDate) async {
        guard let token = await session.tokens.forget() else { return }
        try? await session.tokens.revoke(token, at: now)
    }
}
