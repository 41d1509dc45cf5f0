import JOSE
import Logging
import OAuth
import ServerHTTP
import TestSupport
import Testing

@Suite struct RequestLogTests {
    @Test func `tells of each request in one line what was decided, and no secret`() async throws {
        let server = try await LiveServer.publicServer()
        let issued = try await server.exchange(RequestText.token)
        let token = try #require(try JSONObject(parsing: Array(issued.body.utf8)).string("access_token"))
        let resource = RequestText.authorization("orders", LiveServer.secret.revealedValue)
        _ = try await server.exchange(RequestText.form("/introspect", "token=\(token)", authorization: resource))
        _ = try await server.exchange(
            RequestText.form(
                "/token", "grant_type=client_credentials",
                authorization: RequestText.authorization("svc", "bad-secret-1")))
        _ = try await server.exchange(RequestText.get("/jwks?access_token=query-secret"))
        let lines = await server.logLines().filter { $0.contains("request_id") && $0.contains("duration_us") }
        try #require(lines.count == 4)
        for secret in [token, LiveServer.secret.revealedValue, "bad-secret-1", "query-secret", RequestText.basic] {
            #expect(!lines.joined().contains(secret))
        }
        let line = try JSONObject(parsing: Array(lines[0].utf8))
        #expect(
            line.members.map(\.name) == [
                "time", "request_id", "listener", "address", "method", "path", "status", "duration_us", "bytes",
                "client",
                "grant", "jti", "resource", "decision",
            ])
        #expect(line.string("time") == "2027-01-15T08:00:00Z")
        #expect(line.string("listener") == "public")
        #expect(line.string("address") == "127.0.0.1")
        #expect(line.string("path") == "/token")
        #expect(line.integer("status") == 200)
        #expect(line.string("client") == "svc")
        #expect(line.string("resource") == "https://orders.example")
        #expect(line.string("request_id") == issued.header("x-request-id"))
        let refused = try JSONObject(parsing: Array(lines[2].utf8))
        #expect(refused.integer("status") == 401)
        #expect(refused.string("decision") == "client_secret_wrong")
        try await server.shutDown()
    }

    @Test func `keeps what a stranger sends within its line`() async throws {
        let server = try await LiveServer.publicServer()
        let path = "/a\"b\\\(String(repeating: "c", count: 3_000))"
        _ = try await server.exchange(RequestText.get(path))
        _ = try await server.exchange("NONSENSE\r\n\r\n")
        let lines = await server.logLines()
        #expect(lines.allSatisfy { (try? JSONObject(parsing: Array($0.utf8))) != nil })
        let line = try #require(lines.first { $0.contains(#"/a\"b\\ccc"#) })
        #expect(line.utf8.count < 1_000)
        #expect(lines.contains { $0.contains(#""status":400,"decision":"request_line""#) })
        try await server.shutDown()
    }

    @Test func `writes by itself and gathers while it waits`() async throws {
        let captured = CapturedLines()
        let server = try await LiveServer.publicServer()
        let log = RequestLog { captured.append($0) }
        let task = Task { await log.run() }
        task.cancel()
        await task.value
        #expect(captured.lines.isEmpty)
        let writing = Task { await server.requestLog.run() }
        _ = try await server.exchange(RequestText.get("/jwks"))
        try await eventually { server.log.lines.contains { $0.contains("/jwks") } }
        #expect(server.log.lines.contains { $0.contains("/jwks") })
        writing.cancel()
        await writing.value
        try await server.shutDown()
    }

    @Test func `writes diagnostics as JSON with every field escaped`() throws {
        let captured = CapturedLines()
        var logger = Logger(label: "tessera") { label in
            JSONLogHandler(label: label, now: { LiveServer.start }, write: { captured.append($0) })
        }
        logger[metadataKey: "a"] = "b\nc"
        logger.warning("line\r\nbreak", metadata: ["x": "\u{1b}[31m"])
        logger.debug("not shown")
        try #require(captured.lines.count == 1)
        let line = try JSONObject(parsing: Array(captured.lines[0].utf8))
        #expect(line.string("level") == "warning")
        #expect(line.string("message") == "line\r\nbreak")
        #expect(line.string("a") == "b\nc")
        #expect(!captured.lines[0].utf8.contains { $0 < 0x20 })
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_700_000_000, "2023-11-14T22:13:20Z", "Tue, 14 Nov 2023 22:13:20 GMT"),
            (4_107_542_400, "2100-03-01T00:00:00Z", "Mon, 01 Mar 2100 00:00:00 GMT"),
            (-5, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (Int64.max, "9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] as [(Int64, String, String)])
    func `knows the calendar`(seconds: Int64, timestamp: String, date: String) {
        #expect(CivilTime(secondsSince1970: seconds).rfc3339 == timestamp)
        #expect(HTTPDate.format(seconds) == date)
    }
}
