import Gateway
import JOSE
import NIOPosix
import OAuth
import ResourceServer
import Risk
import ServerHTTP
import Synchronization
import Testing

/// API keys that are good from some networks only, at the gateway.
@Suite struct CallerAddressTests {
    /// An issuer that answers every question about a key with yes, and notes it.
    private final class AgreeingIssuer: HTTPTransport {
        let forms = Mutex<[String]>([])

        func send(_ request: TransportRequest) async throws -> TransportResponse {
            guard let form = request.form else {
                let metadata = JSONObject([
                    ("issuer", .string(CraftedGateway.issuer)), ("jwks_uri", .string(CraftedGateway.issuer + "/jwks")),
                    ("introspection_endpoint", .string(CraftedGateway.issuer + "/introspect")),
                ])
                return TransportResponse(status: 200, contentType: "application/json", body: metadata.jsonBytes)
            }
            forms.withLock { $0.append(String(decoding: form, as: UTF8.self)) }
            let answer = JSONObject([
                ("active", .bool(true)), ("sub", .string("u1")), ("aud", .string(CraftedGateway.resource.rawValue)),
                ("scope", .string("read")), ("token_type", .string("api_key")),
            ])
            return TransportResponse(status: 200, contentType: "application/json", body: answer.jsonBytes)
        }
    }

    private let issuer = AgreeingIssuer()
    private let endpoint: ForwardAuthEndpoint
    private let proxies: TrustedProxies
    private let key = APIKeyText.make(from: .system).secret.revealedValue

    init() throws {
        let crafted = try CraftedGateway()
        let client = IntrospectionClient(
            IssuerDiscovery(issuer: try #require(Issuer(CraftedGateway.issuer)), transport: issuer),
            as: IntrospectionClient.Registration(
                resource: CraftedGateway.resource, id: ClientID(unchecked: "api"),
                authentication: .secretBasic(Secret("s"))), policy: IntrospectionPolicy(timeLimit: .seconds(30)))
        let judge = crafted.endpoint.judge
        proxies = crafted.endpoint.proxies
        endpoint = ForwardAuthEndpoint(
            judge: GatewayJudge(
                routes: judge.routes, admission: AccessGuard(judge.admission.validator, introspection: client)),
            proxies: crafted.endpoint.proxies, metadata: crafted.endpoint.metadata)
    }

    /// A request that the proxy passes on with these fields, as the listener makes it.
    private func request(_ path: String, _ forwarding: [(String, String)], by sender: String) -> ServerRequest {
        let fields = [
            ("host", "a.example"), ("x-original-uri", "/files/a"), ("x-original-method", "GET"),
            ("authorization", "Bearer " + key),
        ]
        let headers = HeaderFields((fields + forwarding).map { .init(name: $0.0, value: $0.1) })
        let sender = Peer(address: sender)
        return ServerRequest(
            method: .get, path: path, headers: headers, peer: proxies.client(of: sender, headers), sender: sender,
            requestID: "r1", listener: "gateway")
    }

    private func ask(_ forwarding: (String, String)...) async -> Int {
        let request = request(ForwardAuthConvention.original.address, forwarding, by: "127.0.0.1")
        return await endpoint.answer(.original, request, at: CraftedGateway.now).status
    }

    /// What the issuer was asked, all since the last time.
    private func asked() -> [String] {
        issuer.forms.withLock { forms in
            defer { forms = [] }
            return forms
        }
    }

    @Test func `the issuer is told of each address that a key comes from, and of no proxy's`() async throws {
        #expect(await ask(("x-forwarded-for", "192.0.2.7")) == 200)
        #expect(await ask(("x-forwarded-for", "192.0.2.7")) == 200)
        #expect(await ask(("forwarded", "for=192.0.2.8")) == 200)
        // The proxy did not say for whom it asks.
        #expect(await ask() == 200)
        #expect(
            asked() == [
                "token=\(key)&caller_address=192.0.2.7", "token=\(key)&caller_address=192.0.2.8", "token=\(key)",
            ])
    }

    @Test(
        arguments: [
            [("x-forwarded-for", "192.0.2.7"), ("forwarded", "for=x")], [("x-forwarded-for", "192.0.2.7, x")],
            [("x-forwarded-for", "127.0.0.1")], [],
        ] as [[(String, String)]])
    func `neither at the reverse proxy does a header make the proxy's address that of the client`(
        _ forwarding: [(String, String)]
    ) async throws {
        // No route has an upstream: what is asked about the key is all that happens.
        let client = UpstreamClient(
            eventLoops: MultiThreadedEventLoopGroup.singleton, connectTimeout: .seconds(120), idle: .seconds(300))
        let proxy = ReverseProxy(
            judge: endpoint.judge, client: client, metadata: endpoint.metadata, isSecure: false,
            limiter: endpoint.limiter, now: { CraftedGateway.now })
        for (forwarding, sender, expected) in [
            (forwarding, "127.0.0.1", "token=\(key)"),
            ([("x-forwarded-for", "192.0.2.7")], "127.0.0.1", "token=\(key)&caller_address=192.0.2.7"),
            (forwarding, "192.0.2.9", "token=\(key)&caller_address=192.0.2.9"),
        ] as [([(String, String)], String, String)] {
            let request = request("/files/a", forwarding, by: sender)
            #expect(await proxy.answer(request, RequestBody(), at: CraftedGateway.now).status == 404)
            #expect(asked() == [expected])
        }
        await client.shutDown()
    }

    @Test func `an upstream is told that nobody knows the client, and not that it is the proxy`() async throws {
        let question = GatewayQuestion(host: "a.example", method: .get, path: "/open/a", authorization: [])
        guard case .allowed(let pass) = await endpoint.judge.verdict(on: question, at: CraftedGateway.now) else {
            Issue.record("everybody may come there")
            return
        }
        for (forwarding, client) in [
            ([("x-forwarded-for", "192.0.2.7")], "192.0.2.7"), ([], "unknown"),
            ([("x-forwarded-for", "192.0.2.7"), ("forwarded", "for=x")], "unknown"),
        ] as [([(String, String)], String)] {
            let request = request("/open/a", forwarding, by: "127.0.0.1")
            func forwarded(_ origin: ForwardingPolicy.Origin) throws -> HeaderFields {
                var pass = pass
                pass.route.forwarding.origin = origin
                return try ForwardedRequest(request, pass, identity: .standard, hasContent: false, isSecure: false)
                    .headers
            }
            #expect(try forwarded(.xForwarded).all("x-forwarded-for") == [client])
            #expect(try forwarded(.forwarded).all("forwarded") == [#"for=\#(client);host="a.example";proto=http"#])
        }
    }
}
