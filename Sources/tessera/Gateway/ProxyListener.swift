import Gateway
import OAuth
import ResourceServer
import Risk
import ServerHTTP
import ServiceLifecycle

/// The listener at which a gateway itself passes requests on, as a checked configuration describes it.
struct ProxyListener {
    let configuration: Configuration
    let shared: ServerEnvironment
    let limits: HTTPLimits
    let decisions: GatewayDecisions

    /// Nothing unless the configuration asks for it.
    /// - Parameter endpoint: judges for other proxies; both give one verdict, remember the same tokens, and count the
    ///   same callers.
    func prepared(
        _ endpoint: ForwardAuthEndpoint, _ report: @escaping GatewayReport, _ certificates: TLSCertificates?,
        _ ready: ReadyNotice
    ) throws -> [any Service] {
        guard let name = configuration.text(.gatewayListenAddress) else { return [] }
        let speaksTLS = configuration.flag(.gatewayListenTLS)
        guard certificates != nil || !speaksTLS && NetworkAddress(name)?.isLoopback == true else {
            throw CommandFailure(.failure, "certificate_unusable", "there is no certificate for the gateway")
        }
        // Clients reach it as the resource is called, by this listener or a proxy before it.
        let isSecure = speaksTLS || endpoint.metadata.resource.rawValue.hasPrefix("https://")
        let client = UpstreamClient(
            eventLoops: shared.eventLoops, authorityFile: configuration.text(.outboundAuthorities),
            connections: configuration.integer(.gatewayUpstreamConnections), idle: limits.streamIdle)
        let proxy = ReverseProxy(
            judge: endpoint.judge, client: client, metadata: endpoint.metadata, isSecure: isSecure,
            limiter: endpoint.limiter, report: report, now: shared.now)
        let listening = HTTPServerConfiguration(
            name: "gateway",
            address: .tcp(
                host: name == "localhost" ? "127.0.0.1" : name, port: configuration.integer(.gatewayListenPort)),
            certificates: speaksTLS ? certificates : nil, isSecure: isSecure, limits: limits,
            proxies: endpoint.proxies)
        let listener = HTTPListener(
            listening, shared, routes: proxy.routes(), onRefusal: decisions.onRefusal, decisions: decisions.names
        ) { ready.listening("gateway", $0.description) }
        // Services end in reverse order: the connections to upstreams after the last answer.
        return [UpstreamService(client: client), listener]
    }
}

/// Closes the connections to the upstreams when nobody needs them any more.
private struct UpstreamService: Service {
    let client: UpstreamClient

    func run() async throws {
        try? await gracefulShutdown()
        await client.shutDown()
    }
}
