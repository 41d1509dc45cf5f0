import NIOCore
import ServerHTTP
import TestSupport
import Testing

/// Answers that are produced while they are sent, over HTTP/1.
@Suite(.timeLimit(.minutes(5))) struct StreamAnswerTests {
    private static let get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let last = "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    private static func stream(
        _ pieces: [String], length: Int? = nil, status: Int = 200
    ) -> ServerRequest.StreamingHandler {
        { _, _, _ in
            ServerResponse(
                status: status,
                stream: ResponseStream(length: length) { writer in
                    for piece in pieces { try await writer.write(ByteBuffer(string: piece)) }
                })
        }
    }

    @Test func `sends pieces as chunks and serves the next request on the connection`() async throws {
        let server = try await LiveServer.forwardingServer(handler: Self.stream(["one", "", "three"]))
        let connection = try await server.connect()
        try await connection.send(Self.get + Self.get + Self.last)
        let text = try await connection.readToEnd()
        #expect(RawAnswer(text).count == 3)
        #expect(text.occurrences(of: "\r\n\r\n3\r\none\r\n5\r\nthree\r\n0\r\n\r\n") == 3)
        #expect(text.occurrences(of: "transfer-encoding: chunked\r\n") == 3)
        #expect(text.occurrences(of: "content-length") == 0)
        #expect(text.occurrences(of: "x-content-type-options: nosniff") == 3)
        try await server.shutDown()
        let lines = await server.logLines().filter { $0.contains("\"status\":200") }
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.contains(#""bytes":8,"stream":"complete""#) })
        #expect(
            server.environment.metrics.text().contains(
                #"requests_total{listener="gateway",route="gateway",status="2xx"} 3"#))
        #expect(server.environment.metrics.text().contains(#"tessera_http_streams{listener="gateway"} 0"#))
    }

    @Test func `announces a length that is known, and holds to it`() async throws {
        let whole = try await LiveServer.forwardingServer(handler: Self.stream(["ab", "cd"], length: 4))
        let answer = try await whole.exchange(Self.get + Self.last)
        #expect(answer.count == 2)
        #expect(answer.header("content-length") == "4" && answer.header("transfer-encoding") == nil)
        #expect(answer.text.hasSuffix("\r\n\r\nabcd"))
        try await whole.shutDown()
        // Too little or too much would let the next answer be read as part of this one.
        for pieces in [["abc"], ["abc", "de"]] {
            let server = try await LiveServer.forwardingServer(handler: Self.stream(pieces, length: 4))
            let answer = try await server.exchange(Self.get + Self.last)
            #expect(answer.count == 1)
            #expect(answer.text.hasSuffix("\r\n\r\nabc"))
            try await server.shutDown()
            #expect(await server.logLines().contains { $0.contains(#""stream":"failed""#) })
        }
    }

    @Test func `sends no content to HEAD nor with a status that has none`() async throws {
        let head = try await LiveServer.forwardingServer(handler: Self.stream(["WXYZ"], length: 4))
        let answer = try await head.exchange("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + Self.last)
        #expect(answer.count == 2)
        #expect(answer.header("content-length") == "4")
        #expect(answer.text.occurrences(of: "WXYZ") == 1)
        try await head.shutDown()
        for status in [204, 304] {
            let server = try await LiveServer.forwardingServer(handler: Self.stream(["WXYZ"], status: status))
            let answer = try await server.exchange(Self.last)
            #expect(answer.status == status && answer.body.isEmpty)
            #expect(answer.header("transfer-encoding") == nil && answer.header("content-length") == nil)
            try await server.shutDown()
        }
    }

    @Test func `ends the content with the connection for a peer of HTTP 1.0`() async throws {
        let server = try await LiveServer.forwardingServer(handler: Self.stream(["one", "two"]))
        let answer = try await server.exchange("GET /x HTTP/1.0\r\n\r\n")
        #expect(answer.header("transfer-encoding") == nil)
        #expect(answer.header("connection") == "close")
        #expect(answer.body == "onetwo")
        try await server.shutDown()
    }

    @Test func `sends each piece when it is there`() async throws {
        let (pieces, next) = AsyncStream.makeStream(of: String.self)
        let server = try await LiveServer.forwardingServer { _, _, _ in
            ServerResponse(
                status: 200,
                stream: ResponseStream { writer in
                    for await piece in pieces { try await writer.write(ByteBuffer(string: piece)) }
                })
        }
        let connection = try await server.connect()
        try await connection.send(Self.last)
        try await connection.wait(for: "\r\n\r\n")
        #expect(server.environment.metrics.text().contains(#"tessera_http_streams{listener="gateway"} 1"#))
        for piece in ["first", "second"] {
            next.yield(piece)
            try await connection.wait(for: piece)
        }
        #expect(!connection.isClosed)
        next.finish()
        #expect(try await connection.readToEnd().hasSuffix("\r\n0\r\n\r\n"))
        try await server.shutDown()
    }

    @Test func `cuts an answer off whose producer fails`() async throws {
        let server = try await LiveServer.forwardingServer { _, _, _ in
            ServerResponse(
                status: 200,
                stream: ResponseStream { writer in
                    try await writer.write(ByteBuffer(string: "part"))
                    throw StreamClosed()
                })
        }
        let answer = try await server.exchange(Self.get + Self.get)
        #expect(answer.count == 1)
        #expect(!answer.text.contains("\r\n0\r\n"))
        try await server.shutDown()
    }

    @Test func `produces no faster than a slow peer reads, and goes on when it does`() async throws {
        let written = Tally()
        let total = 64 * 1_048_576
        let server = try await LiveServer.forwardingServer { _, _, _ in
            ServerResponse(
                status: 200,
                stream: ResponseStream(length: total) { writer in
                    let piece = ByteBuffer(repeating: 0x61, count: 65_536)
                    for _ in 0..<(total / 65_536) {
                        try await writer.write(piece)
                        written.add(65_536)
                    }
                })
        }
        let connection = try await server.connect()
        try await connection.stopReading()
        try await connection.send(Self.last)
        var before = -1
        try await eventually {
            defer { before = written.value }
            try? await Task.sleep(for: .milliseconds(200))
            return before > 0 && before == written.value
        }
        // What the two sockets hold, and one piece.
        #expect(written.value < total / 2)
        try await connection.startReading()
        try await connection.wait { connection.byteCount > total }
        #expect(written.value == total)
        try await connection.close()
        try await server.shutDown()
    }

    @Test func `cancels the producer when the peer goes, does not read, or nothing happens`() async throws {
        for slow in [false, true] {
            let cancelled = Tally()
            let server = try await LiveServer.forwardingServer(
                configure: { if slow { $0.limits.writeDeadline = .milliseconds(200) } },
                handler: { _, _, _ in
                    ServerResponse(
                        status: 200,
                        stream: ResponseStream { writer in
                            do {
                                while true { try await writer.write(ByteBuffer(repeating: 0x61, count: 65_536)) }
                            } catch {
                                cancelled.add()
                                throw error
                            }
                        })
                })
            let connection = try await server.connect()
            if slow { try await connection.stopReading() }
            try await connection.send(Self.get)
            if !slow {
                try await connection.wait(for: "aaaa")
                try await connection.close()
            }
            try await eventually { cancelled.value == 1 }
            #expect(cancelled.value == 1)
            try await connection.close()
            try await server.shutDown()
            let end = slow ? "peer_slow" : "peer_gone"
            #expect(await server.logLines().contains { $0.contains("\"stream\":\"\(end)\"") })
        }
    }

    @Test func `notices that a peer has gone while there is nothing to send, and ends what is idle`() async throws {
        for idle in [false, true] {
            let cancelled = Tally()
            let server = try await LiveServer.forwardingServer(
                configure: { if idle { $0.limits.streamIdle = .milliseconds(200) } },
                handler: { _, _, _ in
                    ServerResponse(
                        status: 200,
                        stream: ResponseStream { _ in
                            do { try await Task.sleep(for: .seconds(600)) } catch {
                                cancelled.add()
                                throw error
                            }
                        })
                })
            let connection = try await server.connect()
            try await connection.send(Self.get)
            try await connection.wait(for: "\r\n\r\n")
            if !idle { try await connection.close() }
            try await eventually { cancelled.value == 1 }
            #expect(cancelled.value == 1)
            try await server.shutDown()
            let end = idle ? "idle" : "peer_gone"
            #expect(await server.logLines().contains { $0.contains("\"stream\":\"\(end)\"") })
        }
    }

    @Test func `ends events at once when the server stops, and other streams with the drain time`() async throws {
        for ends in [true, false] {
            let server = try await LiveServer.forwardingServer(
                configure: { $0.limits.drain = ends ? .seconds(300) : .milliseconds(300) },
                handler: { _, _, _ in
                    ServerResponse(
                        status: 200,
                        stream: ResponseStream(endsOnDrain: ends) { writer in
                            try await writer.write(ByteBuffer(string: "event"))
                            try await Task.sleep(for: .seconds(600))
                        })
                })
            let connection = try await server.connect()
            try await connection.send(Self.get)
            try await connection.wait(for: "event")
            try await server.shutDown()
            let text = try await connection.readToEnd()
            #expect(text.hasSuffix("\r\n0\r\n\r\n") == ends)
            #expect(await server.logLines().contains { $0.contains(#""stream":"drained""#) })
        }
    }
}

extension String {
    /// How often a text occurs.
    func occurrences(of part: String) -> Int { split(separator: part, omittingEmptySubsequences: false).count - 1 }
}
