import Gateway
import JOSE
import OAuth
import ResourceServer
import ServerHTTP
import Synchronization
import Testing

/// API keys with a quota at the gateway.
@Suite(.timeLimit(.minutes(5))) struct `A gateway and an API key with a quota` {
    /// An issuer that says of every key that it is good as often as its quota has it.
    private final class MeteringIssuer: HTTPTransport {
        private struct State {
            var uses = 0
            var standing = 0
            var hasEnded = false
        }

        private let quota: Int
        private let state = Mutex(State())

        init(quota: Int) { self.quota = quota }

        /// Questions that counted, good answer or not.
        var uses: Int { state.withLock { $0.uses } }
        var standing: Int { state.withLock { $0.standing } }
        func end() { state.withLock { $0.hasEnded = true } }

        func send(_ request: TransportRequest) async throws -> TransportResponse {
            guard let form = request.form else {
                let metadata = JSONObject([
                    ("issuer", .string(CraftedGateway.issuer)), ("jwks_uri", .string(CraftedGateway.issuer + "/jwks")),
                    ("introspection_endpoint", .string(CraftedGateway.issuer + "/introspect")),
                ])
                return TransportResponse(status: 200, contentType: "application/json", body: metadata.jsonBytes)
            }
            let isStanding = String(decoding: form, as: UTF8.self).hasSuffix("&standing=true")
            let isActive = state.withLock { state in
                if isStanding { state.standing += 1 } else { state.uses += 1 }
                return !state.hasEnded && (isStanding || state.uses <= quota)
            }
            let answer =
                isActive
                ? JSONObject([
                    ("active", .bool(true)), ("sub", .string("u1")),
                    ("aud", .string(CraftedGateway.resource.rawValue)), ("scope", .string("read")),
                    ("token_type", .string("api_key")), ("tessera_metered", .bool(true)),
                ]) : JSONObject([("active", .bool(false))])
            return TransportResponse(status: 200, contentType: "application/json", body: answer.jsonBytes)
        }
    }

    private let issuer = MeteringIssuer(quota: 3)
    private let introspection: IntrospectionClient
    private let key = APIKeyText.make(from: .system).secret.revealedValue

    init() throws {
        introspection = IntrospectionClient(
            IssuerDiscovery(issuer: try #require(Issuer(CraftedGateway.issuer)), transport: issuer),
            as: IntrospectionClient.Registration(
                resource: CraftedGateway.resource, id: ClientID(unchecked: "api"),
                authentication: .secretBasic(Secret("s"))), policy: IntrospectionPolicy(timeLimit: .seconds(30)))
    }

    @Test func `serve as many requests as the quota has`() async throws {
        let gateway = try CraftedGateway(introspection: introspection)
        var statuses: [Int] = []
        for _ in 0..<5 { statuses.append(await gateway.ask("/files/a", token: key).status) }
        #expect(statuses == [200, 200, 200, 401, 401])
        #expect(issuer.uses == 4 && issuer.standing == 0)
    }

    @Test func `count a request once that is refused for its scope and told of`() async throws {
        let told = ToldDecisions()
        let gateway = try CraftedGateway(introspection: introspection, told: told)
        #expect(await gateway.ask("/files/private/a", token: key).status == 403)
        #expect(told.take().map(\.word) == ["insufficient_scope"])
        #expect(issuer.uses == 1)
    }

    @Test func `let a stream stand when the quota is used up, and end it with the key`() async throws {
        let upstream = try await RecordingUpstream { request in
            guard request.target == "/files/events" else { return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" }
            return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "6\r\nfirst\n\r\n"
        }
        let gateway = try await LiveGateway(upstream: upstream.port, introspection: introspection)
        let stream = try await gateway.connect()
        try await stream.send(
            "GET /files/events HTTP/1.1\r\nHost: a.example\r\nAuthorization: Bearer \(key)\r\n\r\n")
        try await stream.wait(for: "first\n")
        for status in ["200", "200", "401"] {
            let answer = try await gateway.exchange(
                "GET /files/a HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\nAuthorization: Bearer \(key)\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        }
        // Asked again, each time that the last answer has become too old.
        for round in 1...3 {
            try await stream.wait { issuer.standing >= round }
            gateway.pass(seconds: 60)
        }
        try await stream.wait { issuer.standing >= 4 }
        #expect(!stream.isClosed && issuer.uses == 4)
        issuer.end()
        gateway.pass(seconds: 60)
        #expect(!(try await stream.readToEnd()).hasSuffix("\r\n0\r\n\r\n"))
        try await gateway.stop()
        try await upstream.stop()
    }
}
