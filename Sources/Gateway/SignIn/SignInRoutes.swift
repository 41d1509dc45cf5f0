import JOSE
import NIOCore
import OAuth
import OAuthClient
import ResourceServer
package import ServerHTTP

/// The addresses of the gateway's own, below `/.tessera/` of every origin where people sign in.
package struct SignInRoutes: Sendable {
    let signIn: BrowserSignIn
    let table: GatewayRouteTable
    /// Who may bring browsers here; `nil` where they come by themselves.
    let proxies: TrustedProxies?
    private let reporter: GatewayReporter

    init(
        _ signIn: BrowserSignIn, routes table: GatewayRouteTable, proxies: TrustedProxies? = nil,
        reporter: GatewayReporter
    ) {
        self.signIn = signIn
        self.table = table
        self.proxies = proxies
        self.reporter = reporter
    }

    /// A browser at one of these addresses.
    struct Visit: Sendable {
        let request: ServerRequest
        let now: NumericDate
        let origin: SignInOrigin
        let flow: AuthorizationCodeFlow

        var headers: HeaderFields { request.headers }
    }

    typealias Handler = @Sendable (Visit) async -> ServerResponse

    package var routes: [String: Route] {
        var routes = signIn.pages.assetRoutes
        routes[OwnPath.signIn.path] = Route("sign_in", [.get: action(start), .head: Self.head])
        routes[OwnPath.callback.path] = Route("sign_in_callback", [.get: action(finish), .head: Self.head])
        routes[OwnPath.signOut.path] = Route("sign_out", [.get: action(askForSignOut), .post: action(signOut)])
        routes[OwnPath.signedOut.path] = Route("signed_out", [.get: action(signedOut)])
        routes[OwnPath.backChannelLogout.path] = Route(
            "back_channel_logout", [.post: action(isCounted: false, endSessions)])
        return routes
    }

    /// Everything else below `/.tessera/`: nothing, for whoever asks.
    package var nothing: (prefix: String, route: Route) {
        let actions = RequestMethod.allCases.map { ($0, action { nothing(at: $0) }) }
        return (OwnPath.prefix + "/", Route("sign_in_nothing", Dictionary(uniqueKeysWithValues: actions)))
    }

    private func nothing(at visit: Visit) -> ServerResponse {
        signIn.page(
            .notFound, on: ReturnTarget.start.text, status: 404, decision: GatewayWord.routeUnknown.rawValue,
            for: visit.headers)
    }

    /// RFC 9110 §9.3.2: what `GET` would do is more than looking, so `HEAD` does nothing.
    private static let head = Route.Action.immediate { _, _ in
        let headers = HeaderFields([.init(name: "cache-control", value: "no-store")])
        return ServerResponse(status: 200, headers: headers, facts: RequestFacts(decision: "head"))
    }

    /// - Parameter isCounted: whether each request is; what the issuer says is never kept out by what others do.
    private func action(isCounted: Bool = true, _ handler: @escaping Handler) -> Route.Action {
        .waiting { request, now in
            if let proxies, !proxies.contains(request.sender) {
                reporter.refused(.proxyUnknown, request, .unknownProxy(request), at: now)
                return ForwardAuthEndpoint.unknownProxy
            }
            let response: ServerResponse
            if isCounted, let refusal = countedOut(request) {
                response = refusal
            } else {
                response = await answer(request, handler, at: now)
            }
            if response.status >= 400, let word = response.facts?.decision.flatMap(GatewayWord.init) {
                let site = signIn.site(request.headers.first("host"))
                let browser = site.flatMap { signIn.browserSecret(request.headers, at: $0.origin) }
                let evidence = GatewayEvidence(
                    of: word, response, at: request, browserIsKnown: browser != nil, hosts: signIn.hosts,
                    issuer: signIn.issuer.rawValue)
                reporter.refused(word, request, evidence, at: now)
            }
            return response
        }
    }

    /// Counts a request for its address; the answer to one too many.
    func countedOut(_ request: ServerRequest) -> ServerResponse? {
        guard let limit = signIn.policy.requests else { return nil }
        let standing = signIn.requests.take(limit, of: OwnPath.prefix, from: request.peer.address, at: .now())
        return standing.isExceeded ? standing.refusal : nil
    }

    private func answer(
        _ request: ServerRequest, _ handler: @escaping Handler, at now: NumericDate
    ) async -> ServerResponse {
        guard request.headers.count("host") == 1, let (origin, flow) = signIn.site(request.headers.first("host"))
        else {
            return .error(
                404, "not_found", "nobody signs in at this host",
                facts: RequestFacts(decision: GatewayWord.signInHostUnknown.rawValue))
        }
        return await handler(Visit(request: request, now: now, origin: origin, flow: flow))
    }

    /// What the route of a page asks for; a page that asks for nothing of a session leaves it to the issuer.
    func rule(for target: ReturnTarget, at origin: SignInOrigin) -> AccessRule {
        guard case .route(let route) = table.match(host: origin.host, path: target.path, method: .get), route.signsIn,
            case .rule(let rule) = route.access
        else { return .anyToken }
        return rule
    }

    // MARK: Sign-in

    @Sendable
    private func start(_ visit: Visit) async -> ServerResponse {
        // A script that follows a redirect here would only meet the issuer's pages.
        if let mode = visit.headers.first("sec-fetch-mode"), mode != "navigate" {
            return GatewayRefusal.access(.noToken).answer(metadata: nil)
        }
        let target: ReturnTarget
        do { target = try ReturnTarget(asked: visit.request.query) } catch {
            return signIn.page(
                .malformed, on: ReturnTarget.start.text, status: 400, decision: GatewayWord.returnMalformed.rawValue,
                for: visit.headers)
        }
        let wishes = signIn.wishes(for: rule(for: target, at: visit.origin))
        let location: String
        let request: PendingSignIn
        do { (location, request) = try await visit.flow.start(wishes, at: visit.now) } catch {
            signIn.figures.count(.unavailable)
            return signIn.page(
                .unavailable, on: target.signInAddress, status: 503,
                decision: GatewayWord.signInUnavailable.rawValue, for: visit.headers)
        }
        // Other tabs of this browser may be on their way, too.
        let browser = signIn.browserSecret(visit.headers, at: visit.origin) ?? signIn.random.secret(.browser)
        signIn.pending.keep(
            .init(
                origin: visit.origin, browser: SecretDigest(browser), target: target, request: request,
                startedAt: visit.now), from: visit.request.peer.address)
        signIn.figures.count(.started)
        return signIn.leading(
            to: location, "sign_in_started",
            cookies: [visit.origin.setting(browser: browser, for: signIn.policy.pendingLifetime)])
    }
}
