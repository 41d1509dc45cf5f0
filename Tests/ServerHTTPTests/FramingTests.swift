import AuthorizationServer
import ServerHTTP
import Storage
import Testing

@Suite struct FramingTests {
    @Test(arguments: [
        "POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /jwks HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /jwks HTTP/1.1\r\n\r\n",
        "GET /jwks HTTP/1.1\nHost: a\n\n",
        "GET /jwks HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n\r\n",
        "GET /jwks HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
    ])
    func `answers 400 to odd framing and closes, without reading on`(text: String) async throws {
        let server = try await LiveServer.publicServer()
        let smuggled = text + "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
        let answer = try await server.exchange(smuggled)
        #expect(answer.status == 400)
        #expect(answer.header("connection") == "close")
        #expect(answer.count == 1)
        try await server.shutDown()
    }

    @Test func `puts what it refused into the audit log, whichever listener it came to`() async throws {
        for server in [try await LiveServer.publicServer(), try await LiveServer.handlerServer()] {
            #expect(try await server.exchange("GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").status == 400)
            #expect(await server.provider.flush(at: LiveServer.start).isEmpty)
            let events = try await server.provider.store.events(AuditQuery(action: "request.refused"))
            #expect(events.count == 1)
            #expect(events.allSatisfy { $0.outcome == .refusal && $0.address == "127.0.0.1" && !$0.requestID.isEmpty })
            try await server.shutDown()
        }
    }

    @Test func `records a method that a path does not have, and not a path that does not exist`() async throws {
        let server = try await LiveServer.publicServer()
        for _ in 0..<3 { #expect(try await server.exchange(RequestText.get("/token")).status == 405) }
        #expect(try await server.exchange(RequestText.get("/nothing")).status == 404)
        let preflight = "OPTIONS /token HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        #expect(try await server.exchange(preflight).status < 300)
        #expect(await server.provider.flush(at: LiveServer.start).isEmpty)
        let events = try await server.provider.store.events(AuditQuery(action: "request.refused"))
        #expect(events.map(\.detail) == ["method_not_allowed"] && events.map(\.count) == [3])
        #expect(events.allSatisfy { $0.outcome == .refusal && $0.address == "127.0.0.1" })
        try await server.shutDown()
    }

    @Test func `serves requests in a row on one connection, pipelined ones too`() async throws {
        let server = try await LiveServer.publicServer()
        let connection = try await server.connect()
        let one = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
        try await connection.send(one + one)
        try await connection.wait(for: #"{"status":"live"}"#, count: 2)
        try await connection.send(one)
        try await connection.wait(for: #"{"status":"live"}"#, count: 3)
        try await connection.send(RequestText.token)
        _ = try await connection.readToEnd()
        #expect(RawAnswer(connection.text).count == 4)
        #expect(connection.text.contains("access_token"))
        try await server.shutDown()
    }

    @Test func `says continue before it takes a body that was announced`() async throws {
        let server = try await LiveServer.handlerServer(handler: { request, _ in .json(request.body) })
        let connection = try await server.connect()
        try await connection.send(
            "POST /admin HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")
        try await connection.wait(for: "HTTP/1.1 100 Continue\r\n\r\n")
        try await connection.send("{}")
        #expect(try await connection.readToEnd().hasSuffix("\r\n\r\n{}"))
        try await server.shutDown()
    }

    @Test func `still speaks HTTP 1.0 to old proxies`() async throws {
        let server = try await LiveServer.publicServer()
        let answer = try await server.exchange("GET /health/live HTTP/1.0\r\n\r\n")
        #expect(answer.status == 200)
        #expect(answer.header("connection") == "close")
        try await server.shutDown()
    }

    @Test func `refuses methods that it does not know`() async throws {
        let server = try await LiveServer.publicServer()
        #expect(try await server.exchange(RequestText.request("BREW", "/token")).status == 501)
        #expect(try await server.exchange("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n").status == 501)
        #expect(try await server.exchange(RequestText.request("TRACE", "/token")).status == 501)
        try await server.shutDown()
    }
}
