import Gateway
import NIOCore
import ServerHTTP
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct WebSocketTests {
    /// Sends back what comes once the protocol is switched.
    static func echo() async throws -> LiveListener {
        try await LiveListener(
            "upstream",
            routes: RouteTable(
                [:],
                fallback: Route(
                    "upstream",
                    any: { request, _, _ in
                        guard request.headers.first("upgrade") == "websocket", request.path != "/open/no" else {
                            return .error(426, "upgrade", "no")
                        }
                        let who = request.headers.first("x-tessera-subject") ?? "nobody"
                        return ServerResponse(
                            status: 101,
                            headers: HeaderFields([
                                .init(name: "upgrade", value: "websocket"),
                                .init(name: "sec-websocket-accept", value: "abc"),
                            ]),
                            stream: .tunnel { incoming, writer in
                                try await writer.write(ByteBuffer(string: "hello \(who)\n"))
                                for try await piece in incoming { try await writer.write(piece) }
                            })
                    })))
    }

    static func opening(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a.example\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\(fields)\r\n"
    }

    @Test func `carries a WebSocket both ways, and ends it with its token`() async throws {
        let upstream = try await Self.echo()
        let gateway = try await LiveGateway(upstream: upstream.port)
        let client = try await gateway.connect()
        let token = "Authorization: Bearer \(try gateway.crafted.token())\r\nX-Tessera-Subject: admin\r\n"
        try await client.send(Self.opening("/files/socket", token + "Origin: http://a.example\r\n"))
        try await client.wait(for: "hello u1\n")
        #expect(client.text.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
        #expect(client.text.contains("sec-websocket-accept: abc\r\n"))
        try await client.send("\u{1}\u{2}ping")
        try await client.wait(for: "\u{1}\u{2}ping")
        gateway.pass(seconds: 3_600)
        _ = try await client.readToEnd()
        try await gateway.stop()
        try await upstream.stop()
    }

    @Test func `lets in pages of this host or of the named origins only`() async throws {
        let upstream = try await Self.echo()
        let own = try await LiveGateway(upstream: upstream.port)
        let named = try await LiveGateway(upstream: upstream.port) { _ in
        } policy: {
            $0.webSocketOrigins = ["https://app.example"]
        }
        for (gateway, origin, isAllowed) in [
            (own, "http://a.example", true), (own, "https://a.example", false), (own, "null", false),
            (own, "http://a.example.evil", false), (named, "https://app.example", true),
            (named, "http://a.example", false),
        ] {
            let client = try await gateway.connect()
            try await client.send(Self.opening("/open/s", "Origin: \(origin)\r\n"))
            try await client.wait(for: isAllowed ? "hello nobody" : "HTTP/1.1 403")
            try await client.close()
        }
        let two = try await own.connect()
        try await two.send(Self.opening("/open/s", "Origin: http://a.example\r\nOrigin: http://b.example\r\n"))
        try await two.wait(for: "HTTP/1.1 403")
        try await own.stop()
        try await named.stop()
        try await upstream.stop()
    }

    @Test func `passes a refusal of the upstream on, and opens nothing without a token`() async throws {
        let upstream = try await Self.echo()
        let gateway = try await LiveGateway(upstream: upstream.port)
        #expect(try await gateway.exchange(Self.opening("/files/s", "Connection: close\r\n")).contains(" 401 "))
        #expect(try await gateway.exchange(Self.opening("/open/no", "Connection: close\r\n")).contains(" 426 "))
        try await gateway.stop()
        try await upstream.stop()
        #expect(try await RefusedPort.status() == "502")
    }

    private enum RefusedPort {
        static func status() async throws -> String {
            let upstream = try await WebSocketTests.echo()
            let port = upstream.port
            try await upstream.stop()
            let gateway = try await LiveGateway(upstream: port)
            let answer = try await gateway.exchange(WebSocketTests.opening("/open/s", "Connection: close\r\n"))
            try await gateway.stop()
            return String(answer.dropFirst(9).prefix(3))
        }
    }
}
