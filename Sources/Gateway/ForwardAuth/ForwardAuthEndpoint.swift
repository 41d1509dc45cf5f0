package import JOSE
import NIOCore
import OAuth
package import ResourceServer
package import ServerHTTP

/// Answers proxies that ask whether a request may pass: 200 with who comes, or why not. Never 200 in doubt.
package struct ForwardAuthEndpoint: Sendable {
    package let judge: GatewayJudge
    /// Whoever may ask; what anybody else claims about a request is nobody's word.
    package let proxies: TrustedProxies
    package let metadata: ProtectedResourceMetadata
    /// Shared with the reverse proxy of the same gateway: who is asked about here and passed on there is one caller.
    package let limiter: RateLimiter

    private let reporter: GatewayReporter

    /// - Parameter report: told of each refusal, for the operator.
    package init(
        judge: GatewayJudge, proxies: TrustedProxies, metadata: ProtectedResourceMetadata,
        limiter: RateLimiter = RateLimiter(), report: GatewayReport? = nil
    ) {
        self.judge = judge
        self.proxies = proxies
        self.metadata = metadata
        self.limiter = limiter
        address = metadata.address
        reporter = GatewayReporter(endpoint: .forwardAuth, judge: judge, report: report)
    }

    private let address: ProtectedResourceMetadata.Address?

    package func answer(
        _ convention: ForwardAuthConvention, _ request: ServerRequest, at now: NumericDate
    ) async -> ServerResponse {
        guard proxies.contains(request.sender) else {
            reporter.refused(.proxyUnknown, request, .unknownProxy(request), at: now)
            return Self.unknownProxy
        }
        guard var question = convention.question(request) else {
            reporter.refused(.questionMalformed, request, convention.evidence(in: request), at: now)
            return .error(
                400, "invalid_request", "the question does not name one method, host and target",
                facts: RequestFacts(decision: GatewayWord.questionMalformed.rawValue))
        }
        // A proxy that does not say for whom it asks: its own address is nobody's.
        question.address = request.peer.clientAddress
        switch await judge.verdict(on: question, at: now) {
        case .refused(let refusal):
            await reporter.refused(refusal, request, question, at: now)
            return refused(refusal, convention, question)
        case .allowed(let pass):
            let standing = limiter.take(pass, from: request.peer.address, at: .now())
            if let standing, standing.isExceeded {
                let response = usedUp(standing, convention)
                reporter.refused(
                    GatewayWord.rateLimited.rawValue, response, to: request, RequestBody(), question, pass,
                    isSecure: false, at: now)
                return response
            }
            guard let values = try? judge.identity.values(for: pass.token) else {
                await reporter.refused(.identity, request, question, pass: pass, at: now)
                return refused(.identity, convention, question)
            }
            var response = allowed(pass, values, of: request)
            standing?.mark(&response)
            return response
        }
    }

    /// All fields are there, empty ones too: some proxies keep what the client sent where an answer has nothing.
    private func allowed(_ pass: GatewayPass, _ values: [String], of request: ServerRequest) -> ServerResponse {
        var response = ServerResponse(status: 200, headers: Self.uncached)
        if judge.signIn != nil {
            // What the server behind may know of the browser's cookies: not the session that it has here.
            let cookies = request.headers.all("cookie").flatMap(GatewayCookie.foreign)
            response.headers.append("cookie", cookies.joined(separator: "; "))
        }
        for (name, value) in zip(judge.identity.names, values) { response.headers.append(name, value) }
        response.facts = RequestFacts(
            client: pass.token?.clientID?.rawValue, tokenID: pass.token?.tokenID?.rawValue,
            decision: pass.token == nil ? "open" : "allowed")
        return response
    }

    /// nginx and Apache know 401 and 403, and take any other answer for a failure of ours.
    private func refused(
        _ refusal: GatewayRefusal, _ convention: ForwardAuthConvention, _ question: GatewayQuestion
    ) -> ServerResponse {
        var response = judge.answer(refusal, to: question, metadata: address)
        if convention == .original, response.status == 302, let location = response.headers.first("location") {
            // They cannot pass a redirect on, and are told where to send browsers themselves.
            response = refusal.answer(metadata: address)
            // nginx writes the challenge of a 401 into whatever it answers instead: a redirect has none.
            response.headers.remove("www-authenticate")
            response.headers.append(Self.signInField, location)
        }
        if convention == .original, response.status != 401, response.status < 500 { response.status = 403 }
        return response
    }

    /// As the reverse proxy says it, but to those who would take 429 for a failure of ours.
    private func usedUp(_ standing: RateStanding, _ convention: ForwardAuthConvention) -> ServerResponse {
        var response = standing.refusal
        if convention == .original { response.status = 403 }
        return response
    }

    /// With a refusal: where a browser can sign in.
    package static let signInField = "x-tessera-sign-in"

    static let unknownProxy = ServerResponse.error(
        403, "access_denied", "only proxies that the configuration names may ask",
        facts: RequestFacts(decision: GatewayWord.proxyUnknown.rawValue))

    private static let uncached = HeaderFields([.init(name: "cache-control", value: "no-store")])

    /// The paths of the listener that proxies ask at.
    /// - Parameter metrics: shown to those who may ask; `nil` where another listener shows them.
    package func routes(readiness: Readiness, metrics: MetricsRegistry? = nil) -> RouteTable {
        var routes = HealthRoute(readiness: readiness).routes
        for convention in [ForwardAuthConvention.original, .forwarded] {
            routes[convention.address] = route(convention)
        }
        if let address {
            let document = metadata.json
            routes[address.path] = Route(
                "resource_metadata", [.get: .immediate { _, _ in .json(document) }])
        }
        if let metrics {
            routes["/metrics"] = Route("metrics", [.get: .immediate { request, _ in figures(metrics, for: request) }])
        }
        var below = [ForwardAuthConvention.path.address + "/": route(.path)]
        if let signIn = judge.signIn {
            let own = SignInRoutes(signIn, routes: judge.routes, proxies: proxies, reporter: reporter)
            routes.merge(own.routes) { _, own in own }
            below[own.nothing.prefix] = own.nothing.route
        }
        return RouteTable(routes, below: below)
    }

    private func figures(_ metrics: MetricsRegistry, for request: ServerRequest) -> ServerResponse {
        guard proxies.contains(request.sender) else { return Self.unknownProxy }
        let headers = HeaderFields([
            .init(name: "content-type", value: MetricsRegistry.mediaType),
            .init(name: "cache-control", value: "no-store"),
        ])
        return ServerResponse(status: 200, headers: headers, body: Array(metrics.text().utf8))
    }

    private func route(_ convention: ForwardAuthConvention) -> Route {
        Route(
            "forward_auth",
            Dictionary(
                uniqueKeysWithValues: RequestMethod.allCases.map { method in
                    (method, .waiting { await answer(convention, $0, at: $1) })
                }))
    }
}
