import AsyncHTTPClient
import AuthorizationServer
import Gateway
import JOSE
import NIOCore
import NIOHTTP1
import OAuth
import ResourceServer
import Risk
import ServerHTTP
import Testing

/// All who judge access tokens, over one running issuer: the kit, the gateway, its forward-auth endpoint, UserInfo, and
/// introspection.
struct FivePlaces: Sendable {
    enum Place: String, CaseIterable, Sendable { case kit, gateway, forwardAuth, userInfo, introspection }

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
    private let forwardAuth: String
    private let admission: AccessGuard
    private let judge: GatewayJudge

    /// Runs `body` with everything started.
    static func run(_ issuer: PersonsIssuer, _ body: (FivePlaces) async throws -> Void) async throws {
        try await RunningServer.serve(issuer.provider, over: issuer.store) { server in
            let transport = Transport(base: server.base)
            let kit = try await admission(issuer, transport)
            let route = GatewayRoute(path: try NormalisedPath("/"), access: .rule(.anyToken))
            // A guard of its own, as it has in a process of its own.
            let judge = GatewayJudge(
                routes: try GatewayRouteTable([route]), admission: try await admission(issuer, transport))
            let endpoint = ForwardAuthEndpoint(
                judge: GatewayJudge(
                    routes: try GatewayRouteTable([route]), admission: try await admission(issuer, transport)),
                proxies: TrustedProxies(ranges: [try #require(AddressRange("127.0.0.1"))]),
                metadata: ProtectedResourceMetadata(
                    resource: PersonsIssuer.api, authorizationServers: [issuer.provider.issuer]))
            let routes = endpoint.routes(readiness: Readiness {})
            let listener = { (onListening: @escaping @Sendable (ListenAddress) async -> Void) in
                HTTPListener(
                    RunningServer.configuration, RunningServer.environment, routes: routes, onListening: onListening)
            }
            try await RunningServer.listening(listener) { base in
                try await body(FivePlaces(server: server, forwardAuth: base, admission: kit, judge: judge))
            }
        }
    }

    /// Everything that an API has: keys, introspection and revocations of the running issuer.
    private static func admission(_ issuer: PersonsIssuer, _ transport: Transport) async throws -> AccessGuard {
        let name = issuer.provider.issuer
        let discovery = IssuerDiscovery(issuer: name, transport: transport)
        let validator = AccessTokenValidator(
            issuer: name, audience: PersonsIssuer.api, keys: KeyCache(of: discovery), clockTolerance: .zero)
        let id = ClientID(unchecked: "orders")
        let introspection = IntrospectionClient(
            discovery,
            as: .init(resource: PersonsIssuer.api, id: id, authentication: .secretBasic(RunningServer.secret)))
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
        case .gateway:
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

    private func ask(_ url: String, _ authorization: String, _ fields: [(String, String)]) async throws -> Verdict {
        var request = HTTPClientRequest(url: url)
        request.headers = HTTPHeaders(fields + [("authorization", authorization)])
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        _ = try await response.body.collect(upTo: 1 << 20)
        let isError = response.headers.first(name: "www-authenticate")?.contains(#"error="invalid_token""#) ?? false
        switch response.status.code {
        case 200: return .accepted
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
