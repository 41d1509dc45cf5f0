import NIOCore
import ServerHTTP
import TestSupport
import Testing

/// Content of requests that a route reads while it arrives, and tunnels, over HTTP/1.
@Suite(.timeLimit(.minutes(5))) struct StreamContentTests {
    /// Answers with the content it was sent.
    private static let echo: ServerRequest.StreamingHandler = { request, content, _ in
        var bytes = Array("\(request.methodName) ".utf8)
        do {
            for try await piece in content { bytes.append(contentsOf: piece.readableBytesView) }
        } catch {
            return .error(500, "content", "\(error)")
        }
        return ServerResponse(status: 200, body: bytes)
    }

    private static func request(_ fields: String, _ content: String = "", method: String = "POST") -> String {
        "\(method) /x HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\(content)"
    }

    @Test func `reads content of any framing, and the request behind it`() async throws {
        let server = try await LiveServer.forwardingServer(handler: Self.echo)
        let answer = try await server.exchange(
            Self.request("Content-Length: 3\r\n", "abc")
                + Self.request("Transfer-Encoding: chunked\r\n", "2\r\nde\r\n1;x=y\r\nf\r\n0\r\nTrailer: x\r\n\r\n")
                + Self.request("Content-Encoding: gzip\r\nContent-Length: 1\r\n", "g", method: "PROPFIND")
                + Self.request("Connection: close\r\n", method: "GET"))
        #expect(answer.count == 4)
        for text in ["POST abc", "POST def", "PROPFIND g"] { #expect(answer.text.contains("\r\n\r\n\(text)HTTP/1.1")) }
        #expect(answer.text.hasSuffix("\r\n\r\nGET "))
        try await server.shutDown()
    }

    @Test(arguments: ["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"])
    func `answers a request that no route gets once, and passes over its content`(framing: String) async throws {
        let server = try await LiveServer.forwardingServer(handler: Self.echo)
        let refused = framing + "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"
        let content = framing.hasPrefix("C") ? "hello" : "5\r\nhello\r\n0\r\n\r\n"
        let answer = try await server.exchange(
            Self.request(refused, content) + Self.request("Connection: close\r\nContent-Length: 3\r\n", "abc"))
        #expect(answer.count == 2 && answer.status == 400 && answer.text.hasSuffix("\r\n\r\nPOST abc"))
        // Not all of it is there: what follows could be taken for a request.
        let cut = try await server.exchange(Self.request(refused, String(content.prefix(3))))
        #expect(cut.count == 1 && cut.status == 400 && cut.header("connection") == "close")
        try await server.shutDown()
    }

    @Test func `never gives out the same request twice`() throws {
        var parser = RequestParser(limits: HTTPLimits()) { _ in 100 }
        parser.append(Array(Self.request("Content-Length: 3\r\n", "abc").utf8))
        #expect(try parser.next()?.isStreamed == true)
        #expect(try parser.next() == nil)
        #expect(try parser.nextPart() == .bytes(Array("abc".utf8)[...]))
        #expect(try parser.nextPart() == .end)
        parser.append(Array(Self.request("Content-Length: 3\r\n").utf8))
        #expect(try parser.next()?.isStreamed == true)
    }

    @Test func `takes content piece by piece, however long`() async throws {
        let total = 24 * 1_048_576
        let server = try await LiveServer.forwardingServer { _, content, _ in
            var count = 0
            var largest = 0
            do {
                for try await piece in content {
                    count += piece.readableBytes
                    largest = max(largest, piece.readableBytes)
                }
            } catch {
                return .error(500, "content", "\(error)")
            }
            return ServerResponse(status: 200, body: Array("\(count) \(largest <= 1_048_576)".utf8))
        }
        let connection = try await server.connect()
        try await connection.send(Self.request("Content-Length: \(total)\r\nConnection: close\r\n"))
        let piece = [UInt8](repeating: 0x62, count: 65_536)
        for _ in 0..<(total / 65_536) { try await connection.send(piece) }
        #expect(try await connection.readToEnd().hasSuffix("\r\n\r\n\(total) true"))
        try await server.shutDown()
    }

    @Test(arguments: [
        "Content-Length: 2000\r\n", "Transfer-Encoding: chunked\r\n",
    ])
    func `refuses more content than the limit`(framing: String) async throws {
        let server = try await LiveServer.forwardingServer(
            configure: { $0.limits.streamedBodyBytes = 1_000 }, handler: Self.echo)
        let content =
            framing.hasPrefix("T")
            ? String(repeating: "64\r\n\(String(repeating: "a", count: 100))\r\n", count: 20) : ""
        let answer = try await server.exchange(Self.request(framing, content))
        #expect(answer.status == 413)
        #expect(answer.count == 1 && answer.header("connection") == "close")
        try await server.shutDown()
    }

    @Test func `invites content only when the route reads it, and closes when it does not`() async throws {
        let server = try await LiveServer.forwardingServer { request, content, now in
            guard request.headers.first("authorization") != nil else { return .error(401, "no", "no") }
            return await Self.echo(request, content, now)
        }
        let expecting = "Expect: 100-continue\r\nContent-Length: 2\r\n"
        let refused = try await server.exchange(Self.request(expecting))
        #expect(refused.status == 401 && refused.header("connection") == "close")
        #expect(!refused.text.contains("100 Continue"))
        let connection = try await server.connect()
        try await connection.send(Self.request(expecting + "Authorization: x\r\nConnection: close\r\n"))
        try await connection.wait(for: "HTTP/1.1 100 Continue\r\n\r\n")
        try await connection.send("ok")
        #expect(try await connection.readToEnd().hasSuffix("POST ok"))
        // Content that has come already costs nobody the connection.
        let both = try await server.exchange(
            Self.request("Content-Length: 3\r\n", "abc") + Self.request("Connection: close\r\n"))
        #expect(both.count == 2 && both.status == 401)
        try await server.shutDown()
    }

    @Test(arguments: [
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 3\r\nContent-Length: 3\r\n",
        "Content-Length: +3\r\n", "Content-Length: 3, 3\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding:\u{b}chunked\r\n", "Upgrade: h2c\r\nConnection: Upgrade\r\n",
    ])
    func `keeps all rules of framing where content is streamed`(fields: String) async throws {
        let server = try await LiveServer.forwardingServer(handler: Self.echo)
        let answer = try await server.exchange(Self.request(fields, "abc") + Self.request("", method: "GET"))
        #expect(answer.status == 400 && answer.count == 1)
        try await server.shutDown()
    }

    @Test(arguments: ["g\r\n", "1\r\nab\r\n", "1\na\r\n", "0x1\r\na\r\n", "0\r\nX : y\r\n\r\n", "fffffffff\r\n"])
    func `refuses a broken chunk in the middle of a stream`(chunk: String) async throws {
        let server = try await LiveServer.forwardingServer(handler: Self.echo)
        let answer = try await server.exchange(
            Self.request("Transfer-Encoding: chunked\r\n", "2\r\nde\r\n\(chunk)") + Self.request("", method: "GET"))
        #expect(answer.status == 400 && answer.count == 1)
        try await server.shutDown()
    }

    @Test func `ends a request whose content stops coming, and tells its reader when the peer has gone`() async throws {
        let failed = Tally()
        let reader: ServerRequest.StreamingHandler = { _, content, _ in
            do {
                for try await _ in content {}
            } catch {
                failed.add()
            }
            return ServerResponse(status: 200)
        }
        let cut = Self.request("Content-Length: 10\r\n", "abc")
        let hasty = try await LiveServer.forwardingServer(
            configure: { $0.limits.bodyDeadline = .milliseconds(300) }, handler: reader)
        #expect(try await hasty.exchange(cut).status == 408)
        try await hasty.shutDown()
        // Here the peer is gone before any deadline, however slow the machine is.
        let server = try await LiveServer.forwardingServer(
            configure: { $0.limits.bodyDeadline = .seconds(300) }, handler: reader)
        let connection = try await server.connect()
        try await connection.send(cut)
        try await connection.finishSending()
        #expect(try await connection.readToEnd().isEmpty)
        try await eventually { failed.value == 2 }
        #expect(failed.value == 2)
        try await server.shutDown()
    }

    @Test func `never gives CONNECT or TRACE to a route for any method`() async throws {
        let server = try await LiveServer.forwardingServer(handler: Self.echo)
        for line in ["CONNECT a:443", "CONNECT /", "TRACE /", "TRACE *"] {
            let answer = try await server.exchange("\(line) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.status == 501 || answer.status == 400)
        }
        try await server.shutDown()
    }

    private static let upgrade = "Connection: Upgrade\r\nUpgrade: test\r\n"

    /// Sends back what comes, after the head of a switched protocol.
    private static let tunnel: ServerRequest.StreamingHandler = { _, _, _ in
        ServerResponse(
            status: 101, headers: HeaderFields([.init(name: "upgrade", value: "test")]),
            stream: .tunnel { incoming, writer in
                for try await piece in incoming { try await writer.write(piece) }
            })
    }

    @Test func `carries bytes both ways once a protocol is switched, and no requests`() async throws {
        let server = try await LiveServer.forwardingServer(handler: Self.tunnel)
        let connection = try await server.connect()
        try await connection.send(Self.request(Self.upgrade, "early", method: "GET"))
        try await connection.wait(for: "HTTP/1.1 101 Switching Protocols\r\n")
        try await connection.wait(for: "\r\n\r\nearly")
        let text = "GET / HTTP/1.1\r\n\u{0}\r\n"
        try await connection.send(text)
        try await connection.wait(for: "early" + text)
        try await connection.finishSending()
        let all = try await connection.readToEnd()
        #expect(all.contains("\r\nconnection: upgrade\r\n") && !all.contains("transfer-encoding"))
        #expect(all.hasSuffix(text))
        try await server.shutDown()
        #expect(
            await server.logLines().contains { $0.contains(#""status":101"#) && $0.contains(#""stream":"complete""#) })
    }

    @Test func `switches only what was asked for, and ends tunnels that are idle or in the way of the end`()
        async throws
    {
        let server = try await LiveServer.forwardingServer(handler: Self.tunnel)
        #expect(try await server.exchange(Self.request("Connection: close\r\n", method: "GET")).status == 501)
        let content = Self.upgrade + "Content-Length: 3\r\n"
        #expect(try await server.exchange(Self.request(content)).status == 501)
        #expect(try await server.exchange("GET / HTTP/1.0\r\n\(Self.upgrade)\r\n").status == 501)
        let open = try await server.connect()
        try await open.send(Self.request(Self.upgrade, method: "GET"))
        try await open.wait(for: "101")
        try await server.shutDown()
        #expect(try await open.readToEnd().hasSuffix("\r\n\r\n"))
        let quick = try await LiveServer.forwardingServer(
            configure: { $0.limits.streamIdle = .milliseconds(200) }, handler: Self.tunnel)
        #expect(try await quick.exchange(Self.request(Self.upgrade, method: "GET")).status == 101)
        try await quick.shutDown()
    }
}
