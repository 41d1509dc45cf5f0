import NIOCore
import OAuth
import OAuthTransport
import Testing

/// What the documentation of `HTTPTransport` demands of whoever implements it.
@Suite(.timeLimit(.minutes(5))) struct `The bounds of the transport` {
    private static let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    private func asking(
        _ parts: [ScriptedServer.Part], over transport: AsyncHTTPTransport,
        _ ask: (AsyncHTTPTransport, ScriptedServer) async throws -> Void
    ) async throws {
        let server = try await ScriptedServer(parts)
        var failure: (any Error)?
        do { try await ask(transport, server) } catch { failure = error }
        try await transport.shutdown()
        try await server.stop()
        if let failure { throw failure }
    }

    private func request(to server: ScriptedServer, atMost bytes: Int) -> TransportRequest {
        var request = TransportRequest(get: server.url)
        request.maximumBodyBytes = bytes
        return request
    }

    @Test(arguments: [301, 302, 303, 307, 308]) func `follows no redirect`(status: Int) async throws {
        let text = "HTTP/1.1 \(status) Elsewhere\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"
        try await asking([ScriptedServer.Part(text: text)], over: AsyncHTTPTransport()) { transport, server in
            let answer = try await transport.send(TransportRequest(get: server.url))
            #expect(answer.status == status && answer.headers["location"] == "/other")
            #expect(server.requests.count == 1)
        }
    }

    @Test func `says what is asked, by which program, and nothing else of it`() async throws {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        try await asking([ScriptedServer.Part(text: text)], over: AsyncHTTPTransport(agent: "orchard/1")) {
            transport, server in
            var request = TransportRequest(get: server.url, authorization: Secret("Basic eDp5"))
            request.headers["Last-Event-ID"] = "f:1"
            let answer = try await transport.send(request)
            #expect(answer.body == Array("ok".utf8))
            let lines = try #require(server.requests.first).split(separator: "\r\n").map { $0.lowercased() }
            let expected = [
                "accept: application/json", "user-agent: orchard/1", "last-event-id: f:1", "authorization: basic edp5",
            ]
            #expect(lines.first == "get / http/1.1")
            #expect(Set(expected).isSubset(of: lines))
            #expect(lines.allSatisfy { $0.contains("host: ") || expected.contains($0) || $0.hasPrefix("get ") })
        }
    }

    @Test(arguments: ["HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", head + "3e9\r\n"])
    func `reads no more than was asked for`(head: String) async throws {
        let text = head + String(repeating: "x", count: 1001) + (head.contains("chunked") ? "\r\n0\r\n\r\n" : "")
        try await asking([ScriptedServer.Part(text: text)], over: AsyncHTTPTransport()) { transport, server in
            let whole = try await transport.send(request(to: server, atMost: 1001))
            #expect(whole.body.count == 1001)
            await #expect(throws: (any Error).self) {
                try await transport.send(request(to: server, atMost: 1000))
            }
        }
    }

    /// A server that says a little again and again is not listened to for ever.
    @Test func `gives up when an answer does not end in time`() async throws {
        let drops = (0..<40).map { _ in ScriptedServer.Part(after: .milliseconds(250), text: "1\r\nx\r\n") }
        let parts = [ScriptedServer.Part(text: Self.head)] + drops
        try await asking(parts, over: AsyncHTTPTransport(timeLimit: .seconds(1))) { transport, server in
            await #expect(throws: (any Error).self) { try await transport.send(TransportRequest(get: server.url)) }
        }
    }

    @Test func `hears a stream for longer than an answer may take, and none that is silent`() async throws {
        let parts = [
            ScriptedServer.Part(text: Self.head + "1\r\na\r\n"),
            ScriptedServer.Part(after: .milliseconds(700), text: "1\r\nb\r\n"),
            ScriptedServer.Part(after: .milliseconds(700), text: "1\r\nc\r\n"),
        ]
        let transport = try AsyncHTTPTransport(timeLimit: .seconds(1), idleLimit: .seconds(2))
        try await asking(parts, over: transport) { transport, server in
            let stream = try await transport.open(TransportRequest(get: server.url, accept: "text/event-stream"))
            #expect(stream.status == 200)
            var heard: [UInt8] = []
            await #expect(throws: (any Error).self) { for try await chunk in stream.chunks { heard += chunk } }
            #expect(heard == Array("abc".utf8))
        }
    }

    @Test func `does not start without the authorities that it was told of`() throws {
        #expect(throws: (any Error).self) { try AsyncHTTPTransport(authority: "/nonexistent/ca.pem") }
    }
}
