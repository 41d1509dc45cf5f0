package import AuthorizationServer

extension HTTPListener {
    /// The listener for the world: the endpoints of one issuer.
    package static func `public`(
        _ provider: OpenIDProvider, _ configuration: HTTPServerConfiguration, _ environment: ServerEnvironment,
        onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
    ) -> HTTPListener {
        HTTPListener(
            configuration, environment,
            routes: PublicRoutes.table(provider, readiness: environment.readiness, logger: environment.logger),
            onListening: onListening)
    }

    /// A listener for administrators: everything below `/admin/` goes to one handler; metrics are shown here only.
    ///
    /// - Parameter mayReadMetrics: judges who asks; a scraper on the Unix socket is known by its user already.
    package static func administration(
        _ configuration: HTTPServerConfiguration, _ environment: ServerEnvironment,
        handler: @escaping ServerRequest.Handler,
        mayReadMetrics: @escaping @Sendable (ServerRequest) -> ServerResponse? = { _ in nil },
        onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
    ) -> HTTPListener {
        let metrics = MetricsRoute(metrics: environment.metrics, refusal: mayReadMetrics)
        var routes = HealthRoute(readiness: environment.readiness).routes
        routes["/metrics"] = Route("metrics", [.get: .immediate(metrics.get)])
        let methods: [RequestMethod] = [.get, .head, .post, .put, .patch, .delete]
        let actions = Dictionary(uniqueKeysWithValues: methods.map { ($0, Route.Action.waiting(handler)) })
        return HTTPListener(
            configuration, environment,
            routes: RouteTable(routes, below: "/admin/", Route("administration", actions)), onListening: onListening)
    }
}
