import Gateway
import OAuth
import ResourceServer
import Risk
import ServerHTTP
import ServiceLifecycle

/// The listeners of a gateway, as a checked configuration describes them.
struct GatewayListeners {
    let configuration: Configuration
    let shared: ServerEnvironment
    let limits: HTTPLimits
    /// Where refusals are kept.
    let decisions: GatewayDecisions
    /// Whether no other listener of the process shows them.
    var showsMetrics = false

    /// How many of them there are.
    static func count(_ configuration: Configuration) -> Int {
        configuration.text(.gatewayListenAddress) == nil ? 1 : 2
    }

    /// - Parameters:
    ///   - transport: how the issuer is asked.
    ///   - certificates: for a listener that others reach over a network.
    func prepared(
        _ transport: any HTTPTransport, _ certificates: TLSCertificates?, _ ready: ReadyNotice
    ) throws -> [any Service] {
        guard let settings = GatewaySettings(configuration) else {
            throw CommandFailure(.failure, "gateway_incomplete", "the settings of the gateway are not usable")
        }
        let revocations = GatewayRevocations(settings, transport, shared)
        let readiness = revocations?.readiness(in: shared.readiness) ?? shared.readiness
        let admission = settings.admission(transport, revocations: revocations?.reader)
        let report = decisions.report(revocations?.reader)
        let endpoint = try endpoint(settings, admission, transport, report)
        shared.metrics.add("tessera_gateway_remembered_tokens", "Tokens whose signature need not be checked again.") {
            Double(admission.rememberedTokens)
        }
        let socket = configuration.text(.gatewayForwardAuthSocket)
        if let socket { try StaleSocket.remove(socket) }
        let name = configuration.text(.gatewayForwardAuthAddress) ?? ""
        let address =
            socket.map { ListenAddress.unix(path: $0, mode: 0o660) }
            ?? .tcp(
                host: name == "localhost" ? "127.0.0.1" : name, port: configuration.integer(.gatewayForwardAuthPort))
        let isNear = socket != nil || NetworkAddress(name)?.isLoopback == true
        let listening = HTTPServerConfiguration(
            name: "forward-auth", address: address, certificates: isNear ? nil : certificates, isSecure: false,
            limits: limits, proxies: endpoint.proxies)
        let routes = endpoint.routes(readiness: readiness, metrics: showsMetrics ? shared.metrics : nil)
        let answering = HTTPListener(
            listening, shared, routes: routes, onRefusal: decisions.onRefusal, decisions: decisions.names
        ) { ready.listening("forward-auth", $0.description) }
        // Services end in reverse order: what the last requests ask is still followed.
        return try (revocations.map { [$0] } ?? []) + [answering]
            + ProxyListener(configuration: configuration, shared: shared, limits: limits, decisions: decisions)
            .prepared(endpoint, report, certificates, ready)
    }

    private func endpoint(
        _ settings: GatewaySettings, _ admission: AccessGuard, _ transport: any HTTPTransport,
        _ report: @escaping GatewayReport
    ) throws -> ForwardAuthEndpoint {
        let file = GatewayRoutesFile(path: settings.routes)
        guard file.problems.isEmpty else { throw ConfigurationFailure(problems: file.problems) }
        let signIn = try GatewaySignInSettings(configuration)?
            .signIn(settings, transport, admission, routes: file.routes)
        if let signIn { shared.metrics.add(signIn) }
        let judge = GatewayJudge(
            routes: try GatewayRouteTable(file.routes), admission: admission,
            identity: settings.identity, signIn: signIn)
        let limiter = RateLimiter(capacity: configuration.integer(.gatewayRateLimitCallers))
        shared.metrics.add("tessera_gateway_rate_limited_callers", "Callers whose requests are counted right now.") {
            Double(limiter.count)
        }
        let trusted = configuration.list(.proxyTrusted)
        return ForwardAuthEndpoint(
            judge: judge,
            proxies: TrustedProxies(
                ranges: trusted.compactMap { AddressRange($0) }, unix: trusted.contains(ConfigurationCheck.unixPeer)),
            metadata: ProtectedResourceMetadata(
                resource: settings.resource, authorizationServers: [settings.issuer]),
            limiter: limiter, report: report)
    }
}
