import AsyncHTTPClient
import AuthorizationServer
import Gateway
import JOSE
import NIOCore
import NIOHTTP1
import NIOPosix
import OAuth
import ResourceServer
import Risk
import ServerHTTP
import Synchronization
import Testing

/// All who judge access tokens, over one running issuer: the kit, the gateway's reverse proxy, its forward-auth endpoint,
/// UserInfo, and introspection. All but the kit are asked over connections, as they are in use.
struct FivePlaces: Sendable {
    /// `judge` is the gateway's once more, called directly: no field can carry some texts.
    enum Place: String, CaseIterable, Sendable { case kit, judge, gateway, forwardAuth, userInfo, introspection }

    enum Verdict: Hashable, Sendable {
        case accepted
        /// A token, and not a good one (`invalid_token`, or not active).
        case invalid
        /// No token of the kind that is looked for here.
        case unreadable
        /// Something that is no verdict about a token.
        case other(String)
    }

    private let server: RunningServer
    private let gateway: String
    private let forwardAuth: String
    private let admission: AccessGuard
    private let judge: GatewayJudge
    private let behind: Behind

    /// Counts what the gateway passed on.
    private final class Behind: Sendable {
        private let requests = Atomic(0)
        var count: Int { requests.load(ordering: .acquiring) }
        func note() { requests.add(1, ordering: .acquiringAndReleasing) }
    }

    /// The field with which the server behind the gateway answers.
    private static let mark = "x-behind"

    /// How many requests came through the gateway to the server behind.
    var passedOn: Int { behind.count }

    /// Runs `body` with everything started.
    static func run(_ issuer: PersonsIssuer, _ body: (FivePlaces) async throws -> Void) async throws {
        try await RunningServer.serve(issuer.provider, over: issuer.store) { server in
            let transport = Transport(base: server.base)
            let kit = try await admission(issuer, transport)
            let metadata = ProtectedResourceMetadata(
                resource: PersonsIssuer.api, authorizationServers: [issuer.provider.issuer])
            let behind = Behind()
            try await listening(Self.upstream(behind)) { address in
                let upstream = try #require(Upstream(address))
                var route = GatewayRoute(path: try NormalisedPath("/"), access: .rule(.anyToken))
                route.upstream = upstream
                route.forwarding.timeout = .seconds(300)
                let table = try GatewayRouteTable([route])
                // Each has a guard of its own, as it has in a process of its own.
                let judge = GatewayJudge(routes: table, admission: try await admission(issuer, transport))
                let endpoint = ForwardAuthEndpoint(
                    judge: GatewayJudge(routes: table, admission: try await admission(issuer, transport)),
                    proxies: TrustedProxies(ranges: [try #require(AddressRange("127.0.0.1"))]), metadata: metadata)
                let client = UpstreamClient(
                    eventLoops: MultiThreadedEventLoopGroup.singleton, connectTimeout: .seconds(120),
                    idle: .seconds(300))
                let proxy = ReverseProxy(
                    judge: GatewayJudge(routes: table, admission: try await admission(issuer, transport)),
                    client: client, metadata: metadata, isSecure: false, now: { PersonsIssuer.start })
                let outcome: Result<Void, any Error>
                do {
                    try await listening(endpoint.routes(readiness: Readiness {})) { forwardAuth in
                        try await listening(proxy.routes()) { gateway in
                            try await body(
                                FivePlaces(
                                    server: server, gateway: gateway, forwardAuth: forwardAuth, admission: kit,
                                    judge: judge, behind: behind))
                        }
                    }
                    outcome = .success(())
                } catch { outcome = .failure(error) }
                await client.shutDown()
                try outcome.get()
            }
        }
    }

    private static func listening(_ routes: RouteTable, _ body: (_ base: String) async throws -> Void) async throws {
        let listener = { (onListening: @escaping @Sendable (ListenAddress) async -> Void) in
            HTTPListener(
                RunningServer.configuration, RunningServer.environment, routes: routes, onListening: onListening)
        }
        try await RunningServer.listening(listener, body)
    }

    /// What the gateway protects.
    private static func upstream(_ behind: Behind) -> RouteTable {
        RouteTable(
            [:],
            fallback: Route(
                "behind",
                any: { _, _, _ in
                    behind.note()
                    return ServerResponse(
                        status: 200, headers: HeaderFields([.init(name: mark, value: "1")]),
                        stream: ResponseStream(length: 0) { _ in })
                }))
    }

    /// Everything that an API has: keys, introspection and revocations of the running issuer.
    private static func admission(_ issuer: PersonsIssuer, _ transport: Transport) async throws -> AccessGuard {
        let name = issuer.provider.issuer
        // No verdict is to come from a machine that was busy with something else.
        let discovery = IssuerDiscovery(issuer: name, transport: transport, timeLimit: .seconds(120))
        let keys = KeyCache(of: discovery, policy: KeyCachePolicy(downloadTimeLimit: .seconds(60)))
        let validator = AccessTokenValidator(
            issuer: name, audience: PersonsIssuer.api, keys: keys, clockTolerance: .zero)
        let id = ClientID(unchecked: "orders")
        let introspection = IntrospectionClient(
            discovery,
            as: .init(resource: PersonsIssuer.api, id: id, authentication: .secretBasic(RunningServer.secret)),
            policy: IntrospectionPolicy(timeLimit: .seconds(30)))
        let feed = RevocationFeed(
            issuer: name, audience: PersonsIssuer.api, resource: id, secret: RunningServer.secret)
        let reader = RevocationFeedReader(
            feed, policy: RevocationPolicy(bound: .seconds(3600)), transport: transport, streams: nil,
            clock: ReaderClock(ContinuousClock()) { PersonsIssuer.start })
        let basic = RunningServer.basic(id.rawValue).1
        let snapshot = try await transport.send(
            TransportRequest(get: feed.snapshot, accept: "*/*", authorization: Secret(basic)))
        try #require(snapshot.status == 200)
        try await reader.take(snapshot: snapshot.body)
        return AccessGuard(validator, introspection: introspection, revocations: reader)
    }

    func verdict(of token: MutatedToken, at place: Place) async throws -> Verdict {
        let authorization = token.scheme + " " + token.text
        switch place {
        case .kit:
            do {
                _ = try await admission.admit(authorization: [authorization], at: PersonsIssuer.start)
                return .accepted
            } catch { return Self.verdict(error) }
        case .gateway: return try await ask(gateway + "/x", authorization, [], marked: true)
        case .judge:
            let question = GatewayQuestion(
                host: "api.example", method: .get, path: "/x", authorization: [authorization])
            switch await judge.verdict(on: question, at: PersonsIssuer.start) {
            case .allowed: return .accepted
            case .refused(.access(let refusal)): return Self.verdict(refusal)
            case .refused(let refusal): return .other(refusal.reason)
            }
        case .forwardAuth:
            let fields = [("x-original-uri", "/x"), ("x-original-method", "GET")]
            return try await ask(forwardAuth + "/forward-auth", authorization, fields)
        case .userInfo: return try await ask(server.base + "/userinfo", authorization, [])
        case .introspection: return try await introspect(token.text)
        }
    }

    private static func verdict(_ refusal: AccessRefusal) -> Verdict {
        switch refusal {
        case .invalidToken: .invalid
        case .noToken, .malformedRequest: .unreadable
        default: .other("\(refusal)")
        }
    }

    /// - Parameter marked: whether only the server behind the gateway can say yes.
    private func ask(
        _ url: String, _ authorization: String, _ fields: [(String, String)], marked: Bool = false
    ) async throws -> Verdict {
        var request = HTTPClientRequest(url: url)
        request.headers = HTTPHeaders(fields + [("authorization", authorization)])
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        _ = try await response.body.collect(upTo: 1 << 20)
        let isError = response.headers.first(name: "www-authenticate")?.contains(#"error="invalid_token""#) ?? false
        switch response.status.code {
        case 200: return !marked || response.headers.contains(name: Self.mark) ? .accepted : .other("not marked")
        case 401: return isError ? .invalid : .unreadable
        // Too long for any header, or as nginx is told that a request is malformed.
        case 400, 403, 431: return .unreadable
        default: return .other("\(response.status)")
        }
    }

    private func introspect(_ text: String) async throws -> Verdict {
        var form = FormWriter()
        form.append("token", text)
        let answer = try await server.send("POST", "/introspect", form.text, headers: [RunningServer.basic("orders")])
        guard answer.status == 200, let isActive = answer.json?.bool("active") else {
            return answer.status == 400 || answer.status == 413 ? .unreadable : .other("\(answer.status)")
        }
        return isActive ? .accepted : .invalid
    }
}

/// Reaches the issuer at the address where it listens, whatever it calls itself.
private struct Transport: HTTPTransport {
    let base: String

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        var outgoing = HTTPClientRequest(url: base + request.url.dropFirst(PersonsIssuer.name.count))
        outgoing.method = request.method == .post ? .POST : .GET
        outgoing.headers.add(name: "accept", value: request.accept)
        for (name, value) in request.headers { outgoing.headers.add(name: name, value: value) }
        if let authorization = request.authorization {
            outgoing.headers.add(name: "authorization", value: authorization.revealedValue)
        }
        if let form = request.form {
            outgoing.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
            outgoing.body = .bytes(form)
        }
        let response = try await HTTPClient.shared.execute(outgoing, timeout: .seconds(120))
        let body = try await response.body.collect(upTo: 1 << 20)
        return TransportResponse(
            status: Int(response.status.code),
            headers: TransportHeaders(response.headers.map { ($0.name, $0.value) }), body: Array(body.readableBytesView)
        )
    }
}
