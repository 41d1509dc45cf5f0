import Gateway
import JOSE
import NIOPosix
import ServerHTTP
import Testing

/// The limits of a route of whose requests another proxy asks.
@Suite(.timeLimit(.minutes(5))) struct ForwardAuthLimitTests {
    private let told = ToldDecisions()

    /// The routes of ``CraftedGateway/routes()``, each with this limit.
    private func gateway(_ text: String) throws -> CraftedGateway {
        let limit = try #require(RateLimit(text))
        let routes = try CraftedGateway.routes().map { route in
            var route = route
            route.forwarding.limits = [limit]
            return route
        }
        return try CraftedGateway(routes, told: told)
    }

    private func request(
        _ path: String, _ fields: [(String, String)], _ token: String?, from client: String, by sender: String
    ) -> ServerRequest {
        let authorization = token.map { [("authorization", "Bearer " + $0)] } ?? []
        return ServerRequest(
            method: .get, path: path,
            headers: HeaderFields((fields + authorization).map { .init(name: $0.0, value: $0.1) }),
            peer: Peer(address: client), sender: Peer(address: sender), requestID: "r1", listener: "gateway")
    }

    private func ask(
        _ gateway: CraftedGateway, _ convention: ForwardAuthConvention = .original, _ path: String = "/files/1",
        token: String? = nil, from client: String = "192.0.2.1"
    ) async -> ServerResponse {
        let fields: [(String, String)] =
            switch convention {
            case .original: [("host", "a.example"), ("x-original-uri", path), ("x-original-method", "GET")]
            case .forwarded:
                [
                    ("host", "gateway"), ("x-forwarded-host", "a.example"), ("x-forwarded-uri", path),
                    ("x-forwarded-method", "GET"),
                ]
            case .path: [("host", "a.example")]
            }
        let address = convention == .path ? convention.address + path : convention.address
        let request = request(address, fields, token, from: client, by: "127.0.0.1")
        return await gateway.endpoint.answer(convention, request, at: CraftedGateway.now)
    }

    @Test(arguments: ForwardAuthConvention.allCases)
    func `tells a proxy how much is left, and refuses in the words that it understands`(
        _ convention: ForwardAuthConvention
    ) async throws {
        let gateway = try gateway("2/31536000s per token")
        let token = try gateway.token()
        let other = try gateway.token([("jti", .string("t2"))])
        let first = await ask(gateway, convention, token: token)
        #expect(first.status == 200 && first.headers.first("ratelimit-policy") == #""token";q=2;w=31536000"#)
        #expect(first.headers.first("ratelimit")?.hasPrefix(#""token";r=1;t="#) == true)
        #expect(await ask(gateway, convention, token: token).status == 200)
        #expect(told.take().isEmpty)

        let refused = await ask(gateway, convention, token: token)
        #expect(refused.status == (convention == .original ? 403 : 429))
        #expect(refused.headers.first("ratelimit-policy") == #""token";q=2;w=31536000"#)
        #expect(refused.headers.first("ratelimit")?.hasPrefix(#""token";r=0;t="#) == true)
        let wait = try #require(refused.headers.first("retry-after").flatMap { Int($0) })
        #expect(wait > 1_000_000 && refused.headers.all("x-tessera-subject").isEmpty)
        #expect(refused.facts?.decision == GatewayWord.rateLimited.rawValue)
        let decisions = told.take()
        #expect(decisions.map(\.word) == [GatewayWord.rateLimited.rawValue])
        #expect(decisions.first?.endpoint == .forwardAuth && decisions.first?.requestID == "r1")
        #expect(decisions.first?.evidence.found == #"more than "token";q=2;w=31536000"#)
        #expect(decisions.first?.evidence.expected == "the same after \(wait) s")

        #expect(await ask(gateway, convention, token: other).status == 200)
    }

    @Test func `counts by address where everybody may come`() async throws {
        let gateway = try gateway("1/31536000s per client")
        #expect(await ask(gateway, .original, "/open/1", from: "192.0.2.7").status == 200)
        #expect(await ask(gateway, .original, "/open/2", from: "192.0.2.7").status == 403)
        #expect(await ask(gateway, .forwarded, "/open/2", from: "192.0.2.7").status == 429)
        #expect(await ask(gateway, .original, "/open/1", from: "192.0.2.8").status == 200)
    }

    @Test func `takes nothing from a caller who is refused for something else`() async throws {
        let gateway = try gateway("1/31536000s per client")
        for path in ["/files/private/1", "/files//1"] {
            let refused = await ask(gateway, .original, path, token: try gateway.token())
            #expect(refused.status == 403 && refused.headers.first("ratelimit") == nil)
        }
        #expect(gateway.endpoint.limiter.count == 0)
    }

    @Test func `is one count with that of the reverse proxy of the same gateway`() async throws {
        let gateway = try gateway("1/31536000s per client")
        let token = try gateway.token()
        #expect(await ask(gateway, token: token).status == 200)
        // Nothing is passed on, so that nobody need be behind.
        let client = UpstreamClient(
            eventLoops: MultiThreadedEventLoopGroup.singleton, connectTimeout: .seconds(120), idle: .seconds(300))
        let proxy = ReverseProxy(
            judge: gateway.endpoint.judge, client: client, metadata: gateway.endpoint.metadata, isSecure: false,
            limiter: gateway.endpoint.limiter, now: { CraftedGateway.now })
        let request = request("/files/1", [("host", "a.example")], token, from: "192.0.2.1", by: "192.0.2.1")
        let answer = await proxy.answer(request, RequestBody(), at: CraftedGateway.now)
        #expect(answer.status == 429 && answer.facts?.decision == GatewayWord.rateLimited.rawValue)
        await client.shutDown()
    }
}
