import AuthorizationServer
import ServerHTTP
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct LimitTests {
    @Test func `answers what is too large with the status that says so`() async throws {
        let server = try await LiveServer.publicServer()
        let long = String(repeating: "a", count: 9_000)
        #expect(try await server.exchange(RequestText.get("/\(long)")).status == 414)
        #expect(try await server.exchange(RequestText.get("/jwks", "x: \(long)\(long)")).status == 431)
        let body = String(repeating: "a", count: 70_000)
        #expect(try await server.exchange(RequestText.form("/token", body)).status == 413)
        let chunked =
            "POST /token HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
            + String(repeating: "1000\r\n\(String(repeating: "b", count: 4_096))\r\n", count: 20)
        let answer = try await server.exchange(chunked)
        #expect(answer.status == 413)
        #expect(answer.header("connection") == "close")
        try await server.shutDown()
    }

    @Test func `ends a connection that sends its header byte by byte`() async throws {
        let server = try await LiveServer.publicServer { $0.limits.headerDeadline = .milliseconds(300) }
        let connection = try await server.connect()
        // A deadline that every byte puts off would never come: these last for a minute at least.
        let head = "GET /jwks HTTP/1.1\r\nhost: a\r\nx: " + String(repeating: "b", count: 3_000)
        for byte in Array(head.utf8) where !connection.isClosed {
            try await connection.send([byte])
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(connection.isClosed)
        #expect(RawAnswer(try await connection.readToEnd()).status == 408)
        try await server.shutDown()
    }

    @Test func `gives the second request on a connection a deadline of its own`() async throws {
        for deadline in [2, 8, 32].map(Duration.seconds) {
            let server = try await LiveServer.publicServer { $0.limits.headerDeadline = deadline }
            let connection = try await server.connect()
            var longest = Duration.zero
            for round in 1...4 where !connection.isClosed {
                let start = ContinuousClock.now
                try await connection.send("GET /health/live")
                // Together longer than one deadline, and each far from it.
                try await Task.sleep(for: deadline * 0.35)
                try await connection.send(" HTTP/1.1\r\nHost: a\r\n\r\n")
                try await connection.wait { connection.isClosed || connection.answers == round }
                longest = max(longest, ContinuousClock.now - start)
            }
            let isOpen = !connection.isClosed
            try await server.shutDown()
            // Where this test was too slow itself, the server was right to close: only then there is another try.
            guard !isOpen, longest >= deadline else { return #expect(isOpen) }
        }
    }

    @Test func `ends a connection whose body never comes`() async throws {
        let server = try await LiveServer.publicServer { $0.limits.bodyDeadline = .milliseconds(200) }
        let answer = try await server.exchange("POST /token HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc")
        #expect(answer.status == 408)
        try await server.shutDown()
    }

    @Test func `ends an idle connection without a word`() async throws {
        let server = try await LiveServer.publicServer { $0.limits.idle = .milliseconds(200) }
        #expect(try await server.exchange("").text.isEmpty)
        try await server.shutDown()
    }

    @Test func `answers 503 when an answer takes too long`() async throws {
        let server = try await LiveServer.handlerServer(
            configure: { $0.limits.requestDeadline = .milliseconds(200) },
            handler: { _, _ in
                try? await Task.sleep(for: .seconds(600))
                return .json([])
            })
        let answer = try await server.exchange(RequestText.get("/admin"))
        #expect(answer.status == 503)
        #expect(answer.header("retry-after") == "1")
        #expect(answer.body.contains("temporarily_unavailable"))
        try await server.shutDown()
    }

    @Test func `ends a connection whose peer does not read`() async throws {
        let server = try await LiveServer.handlerServer(
            configure: { $0.limits.writeDeadline = .milliseconds(400) },
            handler: { _, _ in .json([UInt8](repeating: 0x61, count: 1_048_576)) })
        let connection = try await server.connect()
        try await connection.stopReading()
        let request = "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n"
        let metrics = server.environment.metrics
        // Before anything is asked for: from then on its time runs.
        try await connection.wait { metrics.text().contains("tessera_http_connections{listener=\"administration\"} 1") }
        try await connection.send(String(repeating: request, count: 20))
        try await connection.wait { metrics.text().contains("tessera_http_connections{listener=\"administration\"} 0") }
        let served = await server.logLines().filter { $0.contains("\"status\":200") }.count
        #expect(served < 20)
        try await server.shutDown()
    }

    @Test func `admits only so many connections of one address`() async throws {
        let server = try await LiveServer.publicServer { $0.limits.connectionsPerAddress = 2 }
        let first = try await server.connect()
        let second = try await server.connect()
        let live = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
        for connection in [first, second] {
            try await connection.send(live)
            try await connection.wait(for: "live")
        }
        #expect(try await server.exchange(live).text.isEmpty)
        try await first.close()
        try await second.wait { server.environment.metrics.text().contains(#"connections{listener="public"} 1"#) }
        let third = try await server.connect()
        try await third.send(live)
        try await third.wait(for: "live")
        try await server.shutDown()
    }

    @Test func `admits only so many connections at all`() async throws {
        let server = try await LiveServer.publicServer { $0.limits.connections = 1 }
        let first = try await server.connect()
        try await first.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
        try await first.wait(for: "live")
        #expect(try await server.exchange(RequestText.get("/health/live")).text.isEmpty)
        #expect(server.environment.metrics.text().contains(#"connections_refused_total{listener="public"} 1"#))
        for _ in 0..<9 { #expect(try await server.exchange(RequestText.get("/health/live")).text.isEmpty) }
        #expect(await server.provider.flush(at: LiveServer.start).isEmpty)
        let events = try await server.provider.store.events(AuditQuery(action: "request.refused"))
        #expect(events.map(\.detail) == ["connection_limit"] && events.map(\.count) == [10])
        #expect(events.first?.address == "127.0.0.1" && events.first?.outcome == .refusal)
        try await server.shutDown()
    }

    @Test func `keeps limits within what it can stand by`() {
        var limits = HTTPLimits()
        limits.headerBytes = 10_000_000
        limits.bodyBytes = 0
        limits.idle = .seconds(1_000_000)
        limits.connections = 0
        limits.connectionBodyBytes = 1
        let clamped = limits.clamped()
        #expect(clamped.headerBytes == 65_536)
        #expect(clamped.bodyBytes == 1_024)
        #expect(clamped.idle == .seconds(3_600))
        #expect(clamped.connections == 1)
        // One whole body always fits.
        #expect(clamped.connectionBodyBytes == clamped.bodyBytes)
        #expect(HTTPLimits().clamped() == HTTPLimits())
    }
}
