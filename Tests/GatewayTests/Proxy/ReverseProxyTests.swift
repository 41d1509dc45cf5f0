import Gateway
import NIOCore
import ServerHTTP
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ReverseProxyTests {
    private static func get(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\(fields)\r\n"
    }

    private static func status(_ answer: String) -> String { String(answer.dropFirst(9).prefix(3)) }

    @Test func `forwards what was judged, with who comes, and nothing that a client may not say`() async throws {
        let upstream = try await RecordingUpstream()
        let gateway = try await LiveGateway(upstream: upstream.port)
        let token = try gateway.crafted.token()
        let answer = try await gateway.exchange(
            "GET /files/a%62c?x=[1]&y=%2f HTTP/1.1\r\nHost: a.example\r\nAuthorization: Bearer \(token)\r\n"
                + "Connection: close, Authorization, Cookie, X-Hop, X-Tessera-Subject\r\nX-Hop: 1\r\nX-Own: kept\r\n"
                + "Cookie: a=1; __Host-tessera-session=secret; b=2\r\nTE: trailers\r\nProxy-Connection: keep-alive\r\n"
                + "X-Tessera-Subject: admin\r\nX_Tessera_Subject: admin\r\nX-Forwarded-For: 1.2.3.4\r\n"
                + "X-Auth-User: admin\r\nForwarded: for=1.2.3.4\r\nContent_Length: 9\r\n\r\n")
        #expect(Self.status(answer) == "200" && answer.hasSuffix("\r\n\r\nok"))
        let request = try #require(upstream.requests.first)
        #expect(upstream.requests.count == 1 && upstream.problems.isEmpty)
        #expect(request.target == "/files/abc?x=%5B1%5D&y=%2f")
        #expect(request.values("x-tessera-subject") == ["u1"])
        #expect(request.values("x-tessera-client") == ["app"])
        #expect(request.values("x-tessera-roles") == ["editor,clerk"])
        #expect(request.values("x-own") == ["kept"])
        #expect(request.values("cookie") == ["a=1; b=2"])
        #expect(request.values("host") == ["a.example"])
        #expect(request.values("x-forwarded-for") == ["127.0.0.1"])
        #expect(request.values("via") == ["1.1 tessera"])
        for name in [
            "authorization", "x-hop", "te", "proxy-connection", "x_tessera_subject", "x-auth-user", "forwarded",
            "content_length", "content-length", "transfer-encoding", "upgrade",
        ] { #expect(request.values(name).isEmpty, "\(name)") }
        try await gateway.stop()
        try await upstream.stop()
    }

    @Test func `gives the token to an upstream that is meant to have it, and the cookie in one field`() async throws {
        let upstream = try await RecordingUpstream()
        let gateway = try await LiveGateway(upstream: upstream.port) { _ in
        } policy: {
            $0.passesAuthorization = true
            $0.origin = .forwarded
        }
        let token = try gateway.crafted.token()
        let answer = try await gateway.exchange(
            Self.get(
                "/files/a", "Authorization: Bearer \(token)\r\nCookie: a=1\r\nCookie: b=2\r\nConnection: cookie\r\n"))
        #expect(Self.status(answer) == "200")
        let request = try #require(upstream.requests.first)
        #expect(request.values("authorization") == ["Bearer \(token)"])
        #expect(request.values("cookie") == ["a=1; b=2"])
        #expect(request.values("forwarded") == [#"for=127.0.0.1;host="a.example";proto=http"#])
        #expect(request.values("x-forwarded-for").isEmpty)
        try await gateway.stop()
        try await upstream.stop()
    }

    @Test func `asks no upstream about what may not pass`() async throws {
        let upstream = try await RecordingUpstream()
        let gateway = try await LiveGateway(upstream: upstream.port) { _ in
        } policy: {
            $0.bodyBytes = 10
        }
        let token = "Authorization: Bearer \(try gateway.crafted.token())\r\n"
        for (text, expected) in [
            (Self.get("/files/a"), "401"), (Self.get("/files/private/a", token), "403"), (Self.get("/none"), "404"),
            (Self.get("/open/../files/a"), "400"), (Self.get("/open%2f..%2ffiles"), "400"),
            (Self.get("/open?x=%zz"), "400"), (Self.get("/open", "Content-Length: 1\r\n") + "x", "400"),
            ("POST /open HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 11\r\n\r\n", "413"),
            (
                "POST /open HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n",
                "413"
            ),
            ("PURGE /open HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405"),
            ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "501"), ("TRACE /open HTTP/1.1\r\nHost: a\r\n\r\n", "501"),
            (Self.get("/open", "Upgrade: h2c\r\n"), "400"),
        ] {
            #expect(Self.status(try await gateway.exchange(text)) == expected, "\(text)")
        }
        #expect(upstream.requests.isEmpty && upstream.problems.isEmpty)
        try await gateway.stop()
        try await upstream.stop()
    }

    @Test func `streams content of any length both ways`() async throws {
        let upstream = try await LiveListener(
            "upstream",
            routes: RouteTable(
                [:],
                fallback: Route(
                    "upstream",
                    any: { request, content, _ in
                        ServerResponse(
                            status: 200,
                            headers: HeaderFields([.init(name: "x-method", value: request.methodName)]),
                            stream: ResponseStream(length: content.length) { writer in
                                for try await piece in content { try await writer.write(piece) }
                            })
                    })))
        let gateway = try await LiveGateway(upstream: upstream.port)
        let total = 4 * 1_048_576
        for isChunked in [false, true] {
            let client = try await gateway.connect()
            let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(total)"
            try await client.send(
                "PUT /open/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(framing)\r\n\r\n")
            let piece = [UInt8](repeating: 0x61, count: 65_536)
            for _ in 0..<(total / 65_536) {
                if isChunked { try await client.send("10000\r\n") }
                try await client.send(piece)
                if isChunked { try await client.send("\r\n") }
            }
            if isChunked { try await client.send("0\r\nX-Auth-User: admin\r\n\r\n") }
            let answer = try await client.readToEnd()
            #expect(answer.contains("x-method: PUT\r\n"))
            #expect(answer.utf8.count { $0 == 0x61 } >= total)
            #expect(answer.contains("transfer-encoding: chunked") == isChunked)
            #expect(!answer.lowercased().contains("x-auth-user"))
        }
        try await gateway.stop()
        try await upstream.stop()
    }

    @Test func `tells a server that is not there from one that is slow`() async throws {
        let silent = try await RecordingUpstream { _ in nil }
        let port = silent.port
        let slow = try await LiveGateway(upstream: port) { _ in
        } policy: {
            $0.timeout = .milliseconds(200)
        }
        #expect(Self.status(try await slow.exchange(Self.get("/open"))) == "504")
        try await slow.stop()
        try await silent.stop()
        let gone = try await LiveGateway(upstream: port)
        #expect(Self.status(try await gone.exchange(Self.get("/open"))) == "502")
        try await gone.stop()
        let odd = try await RecordingUpstream { _ in "HTP/1.1 200 OK\r\n\r\n" }
        let gateway = try await LiveGateway(upstream: odd.port)
        #expect(Self.status(try await gateway.exchange(Self.get("/open"))) == "502")
        try await gateway.stop()
        try await odd.stop()
    }

    @Test(arguments: [
        ("", "private, no-store"), ("Cache-Control: max-age=60\r\n", "max-age=60|private"),
        ("Cache-Control: public, max-age=60\r\n", "public, max-age=60"),
        ("Cache-Control: s-maxage=60\r\n", "s-maxage=60"), ("Cache-Control: no-store\r\n", "no-store"),
    ])
    func `keeps answers to somebody out of caches unless the upstream says otherwise`(
        field: String, expected: String
    ) async throws {
        let upstream = try await RecordingUpstream { _ in
            "HTTP/1.1 200 OK\r\n\(field)Connection: X-Inner\r\nX-Inner: 1\r\nAlt-Svc: h3\r\nContent-Length: 2\r\n\r\nok"
        }
        let gateway = try await LiveGateway(upstream: upstream.port)
        let answer = try await gateway.exchange(
            Self.get("/files/a", "Authorization: Bearer \(try gateway.crafted.token())\r\n"))
        let values = answer.split(separator: "\r\n").filter { $0.hasPrefix("cache-control: ") }.map { $0.dropFirst(15) }
        #expect(values.joined(separator: "|") == expected)
        #expect(!answer.contains("x-inner") && !answer.contains("alt-svc") && answer.contains("via: 1.1 tessera"))
        let open = try await gateway.exchange(Self.get("/open"))
        #expect(!open.contains("private"))
        try await gateway.stop()
        try await upstream.stop()
    }

    @Test func `keeps the length of an answer to HEAD, and content away from a status without any`() async throws {
        let upstream = try await RecordingUpstream { request in
            request.method == "HEAD"
                ? "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"
                : "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 5000\r\n\r\n"
        }
        let gateway = try await LiveGateway(upstream: upstream.port)
        let answer = try await gateway.exchange("HEAD /open HTTP/1.1\r\nHost: a\r\n\r\n" + Self.get("/open"))
        #expect(answer.contains("content-length: 5000\r\n"))
        #expect(answer.contains("HTTP/1.1 304 Not Modified\r\n") && answer.hasSuffix("\r\n\r\n"))
        #expect(upstream.requests.map(\.method) == ["HEAD", "GET"])
        // One connection to the upstream was enough.
        #expect(upstream.records.count == 1)
        try await gateway.stop()
        try await upstream.stop()
    }

    @Test func `takes no more content once its token has ended`() async throws {
        let upstream = try await RecordingUpstream()
        let gateway = try await LiveGateway(upstream: upstream.port)
        let client = try await gateway.connect()
        try await client.send(
            "PUT /files/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(try gateway.crafted.token())\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        try await client.wait {
            upstream.records.contains { String(decoding: $0.bytes, as: UTF8.self).contains("first") }
        }
        gateway.pass(seconds: 3_600)
        #expect(Self.status(try await client.readToEnd()) == "401")
        #expect(upstream.requests.isEmpty && upstream.problems.isEmpty)
        try await gateway.stop()
        try await upstream.stop()
    }

    @Test func `ends an event stream when its token ends`() async throws {
        let upstream = try await RecordingUpstream { _ in
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst\n\r\n"
        }
        let gateway = try await LiveGateway(upstream: upstream.port)
        let client = try await gateway.connect()
        try await client.send(
            "GET /files/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(try gateway.crafted.token())\r\n\r\n")
        try await client.wait(for: "first\n")
        #expect(!client.isClosed)
        gateway.pass(seconds: 3_600)
        #expect(!(try await client.readToEnd()).hasSuffix("\r\n0\r\n\r\n"))
        try await gateway.stop()
        try await upstream.stop()
    }

    /// Each piece comes well within the interval, and all of them are announced: nothing here is a stream.
    @Test func `ends a short answer that trickles when its token ends`() async throws {
        let upstream = try await LiveListener.trickling()
        let gateway = try await LiveGateway(upstream: upstream.port)
        let client = try await gateway.connect()
        try await client.send(
            "GET /files/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(try gateway.crafted.token())\r\n\r\n")
        try await client.wait(for: "\r\n\r\n++")
        #expect(client.text.contains("content-length: 1200\r\n") && !client.isClosed)
        gateway.pass(seconds: 3_600)
        #expect(try await client.readToEnd().utf8.count { $0 == 0x2B } < 1_200)
        try await gateway.stop()
        try await upstream.stop()
    }

    @Test func `takes no more of short content that trickles once its token has ended`() async throws {
        let upstream = try await RecordingUpstream()
        let gateway = try await LiveGateway(upstream: upstream.port)
        let client = try await gateway.connect()
        try await client.send(
            "PUT /files/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(try gateway.crafted.token())\r\n"
                + "Content-Length: 100000\r\n\r\nfirst")
        try await client.wait {
            upstream.records.contains { String(decoding: $0.bytes, as: UTF8.self).contains("first") }
        }
        gateway.pass(seconds: 3_600)
        try await Task.sleep(for: .milliseconds(1_100))
        try await client.send(String(repeating: "later", count: 19_999))
        #expect(Self.status(try await client.readToEnd()) == "401")
        #expect(upstream.requests.isEmpty && upstream.problems.isEmpty)
        try await gateway.stop()
        try await upstream.stop()
    }

    @Test func `passes no answer on that came after its token had ended`() async throws {
        let isAsked = Atomic(false)
        let mayAnswer = Atomic(false)
        let upstream = try await LiveListener(
            "upstream",
            routes: RouteTable(
                [:],
                fallback: Route(
                    "upstream",
                    any: { _, _, _ in
                        isAsked.store(true, ordering: .releasing)
                        while !mayAnswer.load(ordering: .acquiring) { try? await Task.sleep(for: .milliseconds(5)) }
                        return ServerResponse(status: 200, stream: ResponseStream(length: 0) { _ in })
                    })))
        let gateway = try await LiveGateway(upstream: upstream.port)
        let client = try await gateway.connect()
        try await client.send(Self.get("/files/a", "Authorization: Bearer \(try gateway.crafted.token())\r\n"))
        try await client.wait { isAsked.load(ordering: .acquiring) }
        gateway.pass(seconds: 3_600)
        try await Task.sleep(for: .milliseconds(1_100))
        mayAnswer.store(true, ordering: .releasing)
        #expect(Self.status(try await client.readToEnd()) == "401")
        try await gateway.stop()
        try await upstream.stop()
    }
}
