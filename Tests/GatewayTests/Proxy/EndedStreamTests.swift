import Gateway
import OAuth
import ResourceServer
import ServerHTTP
import Testing

/// What the operator is told of connections that end because who opened them may come no longer.
@Suite(.timeLimit(.minutes(5))) struct `An open connection that ends with its token` {
    private let told = ToldDecisions()

    private func get(_ path: String, _ gateway: LiveGateway) throws -> String {
        "GET \(path) HTTP/1.1\r\nHost: a.example\r\nAuthorization: Bearer \(try gateway.crafted.token())\r\n\r\n"
    }

    /// Whether the client knows the request by the name that the operator is told.
    private func isNamed(_ decision: GatewayDecision, in answer: String) -> Bool {
        answer.lowercased().contains("x-request-id: \(decision.requestID.lowercased())\r\n")
    }

    @Test func `is told of once, as what expired`() async throws {
        let upstream = try await RecordingUpstream { _ in
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst\n\r\n"
        }
        let gateway = try await LiveGateway(upstream: upstream.port, told: told)
        let client = try await gateway.connect()
        try await client.send(try get("/files/events", gateway))
        try await client.wait(for: "first\n")
        #expect(told.take().isEmpty)
        gateway.pass(seconds: 3_600)
        let answer = try await client.readToEnd()
        let decisions = told.take()
        #expect(decisions.map(\.word) == [GatewayWord.word(for: .expired)])
        let decision = try #require(decisions.first)
        #expect(decision.endpoint == .gateway && decision.client?.rawValue == "app")
        #expect(decision.address == "127.0.0.1" && isNamed(decision, in: answer))
        #expect(decision.about == "GET a.example/files/events, route */files/*")
        #expect(decision.evidence.found.contains("3300 s ago, jti t1"), "\(decision.evidence.found)")
        #expect(decision.evidence.expected.hasPrefix("exp after "))
        try await gateway.stop()
        try await upstream.stop()
    }

    @Test func `is told of, each WebSocket by itself, as what was revoked`() async throws {
        let upstream = try await WebSocketTests.echo()
        let revocations = ScriptedRevocations(.current)
        let gateway = try await LiveGateway(upstream: upstream.port, revocations: revocations, told: told)
        let token = "Authorization: Bearer \(try gateway.crafted.token())\r\n"
        let clients = [try await gateway.connect(), try await gateway.connect()]
        for client in clients {
            try await client.send(WebSocketTests.opening("/files/socket", token))
            try await client.wait(for: "hello u1\n")
        }
        #expect(told.take().isEmpty)
        revocations.say(.revoked)
        var answers: [String] = []
        for client in clients { answers.append(try await client.readToEnd()) }
        let decisions = told.take()
        #expect(decisions.map(\.word) == [String](repeating: GatewayWord.word(for: .revoked), count: 2))
        for answer in answers { #expect(decisions.count { isNamed($0, in: answer) } == 1) }
        try await gateway.stop()
        try await upstream.stop()
    }

    /// Watched as its pieces pass, and not by a clock.
    @Test func `is told of where a short answer trickles`() async throws {
        let upstream = try await LiveListener.trickling()
        let gateway = try await LiveGateway(upstream: upstream.port, told: told)
        let client = try await gateway.connect()
        try await client.send(try get("/files/a", gateway))
        try await client.wait(for: "\r\n\r\n++")
        gateway.pass(seconds: 3_600)
        _ = try await client.readToEnd()
        #expect(told.take().map(\.word) == [GatewayWord.word(for: .expired)])
        try await gateway.stop()
        try await upstream.stop()
    }

    @Test func `is told of once where there is still an answer to give`() async throws {
        let upstream = try await RecordingUpstream()
        let gateway = try await LiveGateway(upstream: upstream.port, told: told)
        let client = try await gateway.connect()
        try await client.send(
            "PUT /files/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(try gateway.crafted.token())\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        try await client.wait {
            upstream.records.contains { String(decoding: $0.bytes, as: UTF8.self).contains("first") }
        }
        gateway.pass(seconds: 3_600)
        #expect(try await client.readToEnd().hasPrefix("HTTP/1.1 401"))
        #expect(told.take().map(\.word) == [GatewayWord.word(for: .expired)])
        try await gateway.stop()
        try await upstream.stop()
    }
}
