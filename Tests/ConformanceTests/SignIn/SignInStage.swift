import AsyncHTTPClient
import AuthorizationServer
import Gateway
import JOSE
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import OAuth
import OAuthClient
import ResourceServer
import Risk
import ServerHTTP
import Synchronization
import Testing

/// A gateway in both of its forms before a server that says what it was sent, with an issuer of its own and a clock that
/// a test moves.
final class SignInStage: Sendable {
    enum Form: String, CaseIterable, Sendable { case proxy, forwardAuth }

    let issuer: SignInIssuer
    let judge: GatewayJudge
    let signIn: BrowserSignIn
    private let clock: Clock
    private let reader: RevocationFeedReader
    private let transport: Interrupted
    private let client: HTTPClient
    private let bases: [Form: String]
    private let metrics: MetricsRegistry
    private let told: Told

    /// The words of all that the operator was told by the gateway that forwards requests itself.
    private final class Told: Sendable {
        let words = Mutex<[String]>([])
    }

    private final class Clock: Sendable {
        private let seconds = Atomic<Int64>(SignInIssuer.start.secondsSince1970)
        var now: NumericDate { NumericDate(secondsSince1970: seconds.load(ordering: .acquiring)) }
        func move(_ by: Int64) { seconds.add(by, ordering: .acquiringAndReleasing) }
    }

    /// The issuer of this process, as inside the server, on a line that a test may cut.
    private struct Interrupted: HTTPTransport {
        struct Away: Error {}
        let issuer: OwnIssuer
        let isAway = Flag()
        let named = Named()

        final class Named: Sendable {
            let id = Mutex<SessionID?>(nil)
        }

        final class Flag: Sendable {
            private let value = Atomic(false)
            var isSet: Bool { value.load(ordering: .acquiring) }
            func set(_ new: Bool) { value.store(new, ordering: .releasing) }
        }

        func send(_ request: TransportRequest) async throws -> TransportResponse {
            guard !isAway.isSet else { throw Away() }
            let response = try await issuer.send(request)
            if let text = (try? JSONObject(parsing: response.body))?.string("id_token"),
                let session = (try? UnverifiedJWT(text).unprovenClaims)?.string("sid")
            {
                named.id.withLock { $0 = SessionID(session) }
            }
            return response
        }
    }

    /// Runs `body` with everything started.
    /// - Parameter judging: what the gateway takes tokens for; it asks for those of the issuer's one resource.
    static func run(
        policy: SignInPolicy = SignInPolicy(), judging resource: ResourceIndicator = SignInIssuer.api,
        _ body: (SignInStage) async throws -> Void
    ) async throws {
        let upstream = RouteTable([:], fallback: Route("upstream", any: { request, _, _ in echo(request) }))
        try await listening(upstream) { upstream in
            let stage = try await Parts(policy, resource, upstream: upstream)
            try await listening(stage.proxy.routes(), metrics: stage.metrics, now: stage.now) { proxy in
                let asked = stage.endpoint.routes(readiness: Readiness {})
                try await listening(
                    asked, trusting: stage.endpoint.proxies, metrics: stage.metrics, now: stage.now
                ) { forwardAuth in
                    let client = HTTPClient(
                        eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))
                    let running = SignInStage(stage, client, [.proxy: proxy, .forwardAuth: forwardAuth])
                    do { try await body(running) } catch {
                        try await client.shutdown()
                        await stage.upstream.shutDown()
                        throw error
                    }
                    try await client.shutdown()
                    await stage.upstream.shutDown()
                }
            }
        }
    }

    private init(_ parts: Parts, _ client: HTTPClient, _ bases: [Form: String]) {
        issuer = parts.issuer
        judge = parts.endpoint.judge
        signIn = parts.signIn
        clock = parts.clock
        reader = parts.reader
        transport = parts.transport
        metrics = parts.metrics
        told = parts.told
        self.client = client
        self.bases = bases
    }

    private struct Parts {
        let issuer: SignInIssuer
        let signIn: BrowserSignIn
        let endpoint: ForwardAuthEndpoint
        let proxy: ReverseProxy
        let upstream: UpstreamClient
        let clock = Clock()
        let metrics = MetricsRegistry()
        let told = Told()
        let reader: RevocationFeedReader
        let transport: Interrupted
        let now: @Sendable () -> NumericDate

        init(_ policy: SignInPolicy, _ resource: ResourceIndicator, upstream address: String) async throws {
            let issuer = try await SignInIssuer()
            self.issuer = issuer
            let now: @Sendable () -> NumericDate = { [clock] in clock.now }
            self.now = now
            let name = issuer.provider.issuer
            let transport = Interrupted(issuer: OwnIssuer(issuer.provider, SignInStage.environment(now)))
            self.transport = transport
            let discovery = IssuerDiscovery(issuer: name, transport: transport)
            let feed = RevocationFeed(
                issuer: name, audience: SignInIssuer.api, resource: ClientID(unchecked: "orders"),
                secret: RunningServer.secret)
            reader = RevocationFeedReader(
                feed, policy: RevocationPolicy(mode: .acceptUntilExpiry, bound: .seconds(3600)), transport: transport,
                streams: nil, clock: ReaderClock(ContinuousClock(), now: now))
            let admission = AccessGuard(
                AccessTokenValidator(discovery, resource: resource), revocations: reader)
            signIn = BrowserSignIn(
                at: SignInIssuer.origins.compactMap { SignInOrigin($0) },
                of: Provider(issuer: name, transport: transport),
                as: .init(
                    id: SignInIssuer.client, authentication: .secretBasic(RunningServer.secret),
                    scope: Scope(unchecked: ["openid", "offline_access", "read"]), resource: SignInIssuer.api),
                admission: admission, pages: try PageRenderer(base: OwnPath.prefix), policy: policy)
            let table = try GatewayRouteTable(try SignInStage.routes(to: address))
            let judge = GatewayJudge(routes: table, admission: admission, signIn: signIn)
            let metadata = ProtectedResourceMetadata(resource: SignInIssuer.api, authorizationServers: [name])
            endpoint = ForwardAuthEndpoint(
                judge: judge, proxies: TrustedProxies(ranges: [try #require(AddressRange("127.0.0.1"))]),
                metadata: metadata)
            upstream = UpstreamClient(
                eventLoops: MultiThreadedEventLoopGroup.singleton, connectTimeout: .seconds(120), idle: .seconds(300))
            proxy = ReverseProxy(
                judge: judge, client: upstream, metadata: metadata, isSecure: true,
                report: { [told] decision in told.words.withLock { $0.append(decision.word) } }, now: now)
        }
    }

    private static func routes(to upstream: String) throws -> [GatewayRoute] {
        func route(
            _ path: String, _ access: GatewayRoute.Access, signsIn: Bool = true, passes: Bool = false
        ) throws -> GatewayRoute {
            var route = GatewayRoute(path: try NormalisedPath(path), access: access)
            route.upstream = Upstream(upstream)
            route.signsIn = signsIn
            route.forwarding.passesAuthorization = passes
            route.forwarding.timeout = .seconds(300)
            return route
        }
        let read = AccessRule(scope: Scope(unchecked: ["read"]))
        var counted = try route("/counted", .rule(read))
        counted.forwarding.limits = [RateLimit("2/31536000s per token")].compactMap { $0 }
        var sockets = try route("/sockets", .rule(read))
        sockets.forwarding.webSocketOrigins = ["https://app.example"]
        return [
            try route("/", .everybody, signsIn: false), try route("/pages", .rule(read)),
            try route("/program", .rule(read), signsIn: false),
            try route("/inner", .rule(read), passes: true),
            try route("/writers", .rule(AccessRule(scope: Scope(unchecked: ["write"])))),
            try route("/strong", .rule(AccessRule(contextClasses: ["2"]))),
            try route("/recent", .rule(AccessRule(maxAge: .seconds(60)))), counted, sockets,
        ]
    }

    /// The method, target and fields of a request, one in a line; a stream of events that has no end by itself.
    private static func echo(_ request: ServerRequest) -> ServerResponse {
        guard !request.path.hasSuffix("/events") else {
            let headers = HeaderFields([.init(name: "content-type", value: "text/event-stream")])
            return ServerResponse(
                status: 200, headers: headers,
                stream: ResponseStream(endsOnDrain: true) { writer in
                    while true {
                        try await writer.write(ByteBuffer(string: "data: one\n\n"))
                        try await Task.sleep(for: .milliseconds(50))
                    }
                })
        }
        let target = request.query.map { request.path + "?" + $0 } ?? request.path
        let lines = [request.methodName + " " + target] + request.headers.fields.map { $0.name + ": " + $0.value }
        var headers = HeaderFields([.init(name: "content-type", value: "text/plain")])
        headers.append("set-cookie", "__Host-tessera-gateway=planted; Path=/; Secure")
        headers.append("set-cookie", "=__Host-tessera-gateway=planted; Path=/; Secure")
        headers.append("set-cookie", "shop=1")
        return ServerResponse(status: 200, headers: headers, body: Array(lines.joined(separator: "\n").utf8))
    }

    private static func environment(
        _ now: @escaping @Sendable () -> NumericDate, _ metrics: MetricsRegistry = MetricsRegistry()
    ) -> ServerEnvironment {
        ServerEnvironment(
            now: now, requestIDs: RequestIDs(prefix: "test"), requestLog: nil, metrics: metrics,
            readiness: Readiness {}, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            eventLoops: MultiThreadedEventLoopGroup.singleton)
    }

    private static func listening(
        _ routes: RouteTable, trusting proxies: TrustedProxies = .none, metrics: MetricsRegistry = MetricsRegistry(),
        now: @escaping @Sendable () -> NumericDate = { SignInIssuer.start }, _ body: (String) async throws -> Void
    ) async throws {
        var configuration = RunningServer.configuration
        configuration.proxies = proxies
        let listener = { (onListening: @escaping @Sendable (ListenAddress) async -> Void) in
            HTTPListener(configuration, environment(now, metrics), routes: routes, onListening: onListening)
        }
        try await RunningServer.listening(listener) { base in try await body(base) }
    }

    // MARK: What a test does

    var now: NumericDate { clock.now }
    func pass(seconds: Int64) { clock.move(seconds) }
    /// What the issuer calls its own session in the last ID token.
    var issuerSession: SessionID? { transport.named.id.withLock { $0 } }
    func cutIssuer(_ isAway: Bool) { transport.isAway.set(isAway) }

    /// Lets the gateway hear now what has been revoked.
    func hearRevocations() async throws {
        // A snapshot is made anew each second.
        pass(seconds: 2)
        let feed = RevocationFeed(
            issuer: issuer.provider.issuer, audience: SignInIssuer.api, resource: ClientID(unchecked: "orders"),
            secret: RunningServer.secret)
        let snapshot = try await transport.send(
            TransportRequest(
                get: feed.snapshot, accept: "*/*", authorization: Secret(RunningServer.basic("orders").1)))
        try #require(snapshot.status == 200)
        try await reader.take(snapshot: snapshot.body)
    }

    /// Whether some answer was given with this word.
    func said(_ word: GatewayWord) -> Bool { metrics.text().contains("decision=\"\(word.rawValue)\"") }

    /// How often the operator was told this word.
    func timesTold(_ word: GatewayWord) -> Int { told.words.withLock { $0.count { $0 == word.rawValue } } }

    /// The content of an answer that has begun, of the gateway that forwards requests itself.
    func stream(_ path: String, host: String, _ fields: [(String, String)]) async throws -> HTTPClientResponse.Body {
        var request = HTTPClientRequest(url: (bases[.proxy] ?? "") + path)
        request.headers.add(name: "host", value: host)
        for (name, value) in fields { request.headers.add(name: name, value: value) }
        let response = try await client.execute(request, timeout: .seconds(120))
        try #require(response.status == .ok)
        return response.body
    }

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let text: String

        subscript(name: String) -> String? { headers.first(name: name) }
        var cookies: [String] { headers["set-cookie"] }
    }

    func send(
        _ form: Form, _ method: String, _ path: String, host: String, _ fields: [(String, String)], body: String? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: (bases[form] ?? "") + path)
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "host", value: host)
        for (name, value) in fields { request.headers.add(name: name, value: value) }
        if let body {
            request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
            request.body = .bytes(Array(body.utf8))
        }
        let response = try await client.execute(request, timeout: .seconds(120))
        let content = try await response.body.collect(upTo: 1 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers, text: String(buffer: content))
    }
}
