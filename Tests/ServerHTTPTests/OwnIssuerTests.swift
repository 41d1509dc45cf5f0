import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite(.timeLimit(.minutes(5))) struct `The issuer of this process` {
    private let resource = ResourceIndicator(unchecked: "https://orders.example")

    private func asked(
        _ server: LiveServer, _ target: String, secret: Secret = LiveServer.secret, atMost limit: Int = 1 << 20
    ) async throws -> TransportResponse {
        var request = TransportRequest(
            get: server.provider.issuer.rawValue + target, accept: "*/*",
            authorization: ClientAuthentication.basic(ClientID(unchecked: "orders"), secret))
        request.maximumBodyBytes = limit
        return try await OwnIssuer(server.provider, server.environment).send(request)
    }

    @Test func `answers a long poll, whose place stands in the query`() async throws {
        let server = try await LiveServer.publicServer()
        let first = try JSONObject(parsing: try await asked(server, "/revocations?wait=0").body)
        let chain = try #require(first.string("feed"))
        server.provider.revocations.apply(
            [.resource(ResourceIndicator(unchecked: "https://orders.example")): 1], at: LiveServer.start)
        server.provider.revocations.feed.deliver(at: LiveServer.start)
        let next = try await asked(server, "/revocations?feed=\(chain)&after=0&wait=0")
        #expect(try JSONObject(parsing: next.body).strings("messages")?.count == 1)
        #expect(try await asked(server, "/revocations?feed=\(chain)&after=9&wait=0").status == 410)
        try await server.shutDown()
    }

    @Test func `gives a snapshot in one piece, if it is not too long`() async throws {
        let server = try await LiveServer.publicServer()
        let body = try await asked(server, "/revocations/snapshot").body
        let length = try #require(RevocationSnapshot.headLength(body.prefix(RevocationSnapshot.prefixLength)))
        #expect(body.count >= RevocationSnapshot.prefixLength + length && length > 100)
        _ = try await asked(server, "/revocations/snapshot", atMost: body.count)
        await #expect(throws: OwnIssuer.TooLong.self) {
            try await asked(server, "/revocations/snapshot", atMost: body.count - 1)
        }
        await #expect(throws: OwnIssuer.TooLong.self) { try await asked(server, "/jwks", atMost: 10) }
        try await server.shutDown()
    }

    @Test func `asks who wants to know`() async throws {
        let server = try await LiveServer.publicServer()
        #expect(try await asked(server, "/revocations?wait=0", secret: Secret("tsc_wrong")).status == 401)
        #expect(try await asked(server, "/revocations/snapshot", secret: Secret("tsc_wrong")).status == 401)
        try await server.shutDown()
    }

    @Test func `has nothing that does not end, and nothing of others`() async throws {
        let server = try await LiveServer.publicServer()
        let transport = OwnIssuer(server.provider, server.environment)
        let issuer = server.provider.issuer.rawValue
        let stream = TransportRequest(
            get: issuer + "/revocations", accept: "text/event-stream",
            authorization: ClientAuthentication.basic(ClientID(unchecked: "orders"), LiveServer.secret))
        await #expect(throws: OwnIssuer.NotHere.self) { try await transport.send(stream) }
        for url in ["https://other.example/jwks", issuer + "/nothing", issuer + "/nothing?x=/jwks"] {
            await #expect(throws: OwnIssuer.NotHere.self) { try await transport.send(TransportRequest(get: url)) }
        }
        try await server.shutDown()
    }
}

@Suite struct `The readiness of a part` {
    private struct Away: Error {}

    @Test func `needs the whole and the part, and says what is missing`() async {
        #expect(await Readiness(Readiness {}, or: "part_away") {}.state() == .ready)
        #expect(await Readiness(Readiness {}, or: "part_away") { throw Away() }.state() == .failing("part_away"))
        let whole = Readiness { throw Away() }
        #expect(await Readiness(whole, or: "part_away") {}.state() == .failing("store_unavailable"))
        let ending = Readiness {}
        ending.drain()
        #expect(await Readiness(ending, or: "part_away") { throw Away() }.state() == .draining)
    }
}
