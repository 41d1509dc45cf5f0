package import AuthorizationServer

extension HTTPListener {
    /// The listener for the world: the endpoints of one issuer, and its pages if people sign in there.
    package static func `public`(
        _ provider: OpenIDProvider, _ configuration: HTTPServerConfiguration, _ environment: ServerEnvironment,
        pages: PageRenderer? = nil,
        onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
    ) -> HTTPListener {
        HTTPListener(
            configuration, environment,
            routes: PublicRoutes.table(
                provider, pages: pages, readiness: environment.readiness, logger: environment.logger),
            onRefusal: refusalReport(to: provider), decisions: decisions(of: provider), onListening: onListening)
    }

    /// A listener for administrators: one handler for every path, metrics and health included.
    package static func administration(
        _ configuration: HTTPServerConfiguration, _ environment: ServerEnvironment,
        handler: AuditedHandler,
        onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
    ) -> HTTPListener {
        let actions = Dictionary(
            uniqueKeysWithValues: RequestMethod.allCases.map { ($0, Route.Action.apart(handler.respond)) })
        return HTTPListener(
            configuration, environment, routes: RouteTable([:], below: "/", Route("administration", actions)),
            onRefusal: refusalReport(to: handler.provider), decisions: decisions(of: handler.provider),
            onListening: onListening)
    }

    /// A listener that gives every path and every method but `CONNECT` and `TRACE` to one handler, with the content of
    /// requests as it arrives: for a gateway.
    ///
    /// - Parameter name: the label of its one route in metrics.
    /// - Parameter onRefusal: told why, on which value, of which address, by which name and when a request was refused
    ///   before the handler saw it.
    package static func forwarding(
        _ configuration: HTTPServerConfiguration, _ environment: ServerEnvironment, name: String = "gateway",
        onRefusal: @escaping Dispatcher.RefusalReport,
        onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in },
        to handler: @escaping ServerRequest.StreamingHandler
    ) -> HTTPListener {
        HTTPListener(
            configuration, environment, routes: RouteTable([:], fallback: Route(name, any: handler)),
            onRefusal: onRefusal, onListening: onListening)
    }

    /// The names under which the journal has refusals.
    private static func decisions(of provider: OpenIDProvider) -> Dispatcher.DecisionNames {
        { request in provider.decisions.name(ofRequest: request)?.rawValue }
    }

    /// What no route saw is in the audit log too, whichever listener it came to.
    private static func refusalReport(to provider: OpenIDProvider) -> Dispatcher.RefusalReport {
        { reason, evidence, address, id, now in
            provider.recordRefusal(
                of: "request", reason: reason, client: nil, caller: Caller(address: address, requestID: id), at: now,
                evidence: evidence)
        }
    }
}
