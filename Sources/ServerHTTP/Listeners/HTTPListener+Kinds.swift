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
            onRefusal: { reason, address, id, now in
                provider.recordRefusal(
                    of: "request", reason: reason, client: nil, caller: Caller(address: address, requestID: id), at: now
                )
            },
            onListening: onListening)
    }

    /// A listener for administrators: one handler for every path, metrics and health included.
    package static func administration(
        _ configuration: HTTPServerConfiguration, _ environment: ServerEnvironment,
        handler: @escaping ServerRequest.Handler,
        onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
    ) -> HTTPListener {
        let actions = Dictionary(
            uniqueKeysWithValues: RequestMethod.allCases.map { ($0, Route.Action.apart(handler)) })
        return HTTPListener(
            configuration, environment, routes: RouteTable([:], below: "/", Route("administration", actions)),
            onListening: onListening)
    }
}
