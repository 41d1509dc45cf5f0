import FoundationEssentials
import Gateway
import JOSE
import ServerHTTP
import Testing

/// Whatever a client sends, the upstream reads at most as many requests as were meant, and reads them as they were
/// judged. `PROXY_MUTATIONS=20000` and `PROXY_SEED=…` try more than the run that everybody waits for.
@Suite(.timeLimit(.minutes(30))) struct RequestDifferentialTests {
    private struct Random {
        var state: UInt64
        mutating func next(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state >> 11) % max(1, bound)
        }
        mutating func pick<Value>(_ values: [Value]) -> Value { values[next(values.count)] }
    }

    private static let smuggled = "GET /open/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

    private static let lines = [
        "Content-Length: 5", "Content-Length: 0", "Content-Length: 05", "Content-Length: +5", "Content-Length: 5, 5",
        "Content-Length : 5", "Content-Length: 0x5", "Content-Length: 5\u{b}", "content-length: 50",
        "Transfer-Encoding: chunked", "Transfer-Encoding: xchunked", "Transfer-Encoding:\u{b}chunked",
        "Transfer-Encoding: chunked, identity", "Transfer-Encoding : chunked", "Transfer_Encoding: chunked",
        "Transfer-Encoding: identity", "TE: trailers, chunked", "Connection: Content-Length",
        "Connection: Transfer-Encoding", "Connection: Authorization, Cookie, Host", "Upgrade: h2c",
        "HTTP2-Settings: AAMA", "Expect: 100-continue", "Trailer: Content-Length", "X: a\rb", "X: a\nGET / HTTP/1.1",
        " folded: 1", "\tfolded", "Host: b", "Host : a", "X-Tessera-Subject: admin", "X_Tessera_Subject: admin",
        "X-Forwarded-For: 1.1.1.1", "Cookie: a=1; __Host-tessera=2", "Via: 1.0 x", "X: \u{e9}\u{ff}", ": empty",
        "nocolon",
        "Content-Encoding: gzip", "Max-Forwards: 0", "X-HTTP-Method-Override: DELETE", "Keep-Alive: 5",
    ]
    private static let targets = [
        "/open", "/open/a?b=c", "/open/%61?x=[1]|2", "/open/../files", "/open//x", "/open/%2e%2e/files", "/open;x=1",
        "/open\\x", "http://a/open", "http://b@a/open", "//a/open", "*", "/open?x=%zz", "/open/%00", "/open#x",
        "/op en",
        "/open/\u{e9}", "/files/a", "/open?\"<>^`{}", "/open?a b", "a:443", "/open/%c3%a9?%ff",
    ]
    private static let methods = [
        "GET", "POST", "HEAD", "PUT", "OPTIONS", "DELETE", "PROPFIND", "CONNECT", "TRACE", "G(T", "get",
    ]
    private static let bodies = [
        "", "hello", "5\r\nhello\r\n0\r\n\r\n", "5;x=\"y\"\r\nhello\r\n0\r\n\r\n", "0\r\n\r\n" + smuggled,
        "5\r\nhello\r\n0\r\nX-Tessera-Subject: admin\r\n\r\n", "5\nhello\n0\n\n", "0005\r\nhello\r\n0\r\n\r\n",
        "FFFFFFFFFFFFFFFF5\r\nhello\r\n0\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "hello" + smuggled,
        "-5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n", "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n" + smuggled,
    ]

    /// Half of them are good but for one thing, so that many come through; of the others nothing can be relied upon.
    private static func request(_ random: inout Random) -> [UInt8] {
        random.next(2) == 0 ? odd(&random) : near(&random)
    }

    private static func near(_ random: inout Random) -> [UInt8] {
        let (framing, content) = random.pick(framed)
        var lines = [
            "\(framing == nil ? random.pick(["GET", "HEAD", "OPTIONS"]) : random.pick(["POST", "PUT", "PATCH"])) "
                + "\(random.next(8) == 0 ? random.pick(targets) : random.pick(plainTargets)) HTTP/1.1", "Host: a",
        ]
        if let framing { lines.append(framing) }
        if random.next(3) > 0 { lines.insert(random.pick(Self.lines), at: 1 + random.next(lines.count)) }
        var bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + content).utf8)
        if random.next(4) == 0 {
            bytes[random.next(bytes.count)] = UInt8(truncatingIfNeeded: random.next(256))
        }
        return bytes
    }

    private static let plainTargets = [
        "/open", "/open/", "/open/a?b=c", "/open/%61%7E", "/open?x=[1]|2", "/open/%c3%a9?%ff", "/open?\"<>^`{}",
        "http://a/open", "/open/a/b?/../x", "/open?a;b=%2f",
    ]
    private static let framed: [(String?, String)] = [
        (nil, ""), (nil, ""), (nil, smuggled), ("Content-Length: 5", "hello"), ("Content-Length: 0", ""),
        ("Content-Length: 5", "hello" + smuggled), ("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", "2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n" + smuggled),
        ("transfer-encoding: Chunked", "1\r\n\n\r\n0\r\n\r\n"), ("Content-Length: \(smuggled.utf8.count)", smuggled),
    ]

    private static func odd(_ random: inout Random) -> [UInt8] {
        var lines = [
            "\(random.pick(methods)) \(random.pick(targets)) HTTP/1.\(random.next(12) == 0 ? 0 : 1)", "Host: a",
        ]
        for _ in 0..<random.next(5) { lines.insert(random.pick(Self.lines), at: 1 + random.next(lines.count)) }
        let end = random.next(25) == 0 ? "\n" : "\r\n"
        var bytes = Array((lines.joined(separator: end) + end + end + random.pick(bodies)).utf8)
        // Now and then a byte becomes another, goes, or comes twice.
        for _ in 0..<(random.next(3) == 0 ? 1 + random.next(3) : 0) where !bytes.isEmpty {
            let index = random.next(bytes.count)
            switch random.next(3) {
            case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next(256))
            case 1: bytes.remove(at: index)
            default: bytes.insert(bytes[index], at: index)
            }
        }
        return bytes
    }

    private static let environment = ProcessInfo.processInfo.environment
    private static let wanted = environment["PROXY_MUTATIONS"].flatMap { Int($0) }
    private static let seed = environment["PROXY_SEED"].flatMap { UInt64($0) } ?? 0x9E37_79B9_7F4A_7C15

    @Test func `an upstream reads every request as the gateway judged it, and never two for one`() async throws {
        let upstream = try await RecordingUpstream()
        // What stops half-way is ended soon: most mutations do.
        let gateway = try await LiveGateway(
            upstream: upstream.port,
            configure: {
                $0.headerDeadline = .milliseconds(60)
                $0.bodyDeadline = .milliseconds(60)
                $0.idle = .milliseconds(60)
            })
        try await Self.compare(Self.wanted ?? 2_000, at: gateway.listener.port, before: upstream, at: 16)
        try await gateway.stop()
        try await upstream.stop()
    }

    @Test func `an upstream of the program as an operator runs it does so, too`() async throws {
        let upstream = try await RecordingUpstream()
        let program = try await GatewayProgram(upstream: upstream.port)
        // Its deadlines are seconds, so that more wait for them at once.
        try await Self.compare(Self.wanted ?? 512, at: program.port, before: upstream, at: 256)
        #expect(await program.stop() == 0)
        try await upstream.stop()
    }

    /// - Parameter breadth: requests at once, each on a connection of its own.
    private static func compare(
        _ count: Int, at port: Int, before upstream: RecordingUpstream, at breadth: Int
    ) async throws {
        var random = Random(state: seed)
        var (forwarded, bytes) = (0, 0)
        for start in stride(from: 0, to: count, by: breadth) {
            let texts = (start..<min(count, start + breadth)).map { _ in request(&random) }
            bytes += texts.reduce(0) { $0 + $1.count }
            let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for (index, bytes) in texts.enumerated() {
                    group.addTask {
                        let client = try await RawClient(port: port)
                        try await client.send(bytes)
                        return (index, try await client.readToEnd())
                    }
                }
                return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
            }
            forwarded += try check(texts, answers, upstream)
        }
        #expect(forwarded > count / 100)
        #expect(forwarded < count)
        print(
            "proxy differential: \(count) raw requests of \(bytes) bytes, seed \(seed), \(forwarded) forwarded and read "
                + "alike, \(upstream.problems.count) that the strict reader would not read")
    }

    /// Compares what the strict reader behind saw with what the server's own reader, alone, makes of the same bytes.
    private static func check(
        _ texts: [[UInt8]], _ answers: [Int: String], _ upstream: RecordingUpstream
    ) throws -> Int {
        #expect(upstream.problems.isEmpty)
        let seen = upstream.requests.reduce(into: [String: Int]()) {
            let parts = $1.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            $0[name($1.method, parts[0], parts.count > 1 ? parts[1] : nil, $1.content), default: 0] += 1
        }
        let total = upstream.requests.count
        for request in upstream.requests {
            #expect(request.values("authorization").isEmpty && request.values("x-tessera-subject").isEmpty)
            let cookies: [Substring] = request.values("cookie").joined(separator: ";").split(separator: ";")
            let isOwn = cookies.contains { (pair: Substring) in pair.contains(/^ *__Host-tessera/) }
            #expect(!isOwn)
            #expect(request.values("x-forwarded-for") == ["127.0.0.1"])
            #expect(request.fields.allSatisfy { !$0[0].contains("_") })
            // What the judge lets everybody to is all that may come, and no path of it leads elsewhere.
            #expect(
                request.target == "/open" || request.target.hasPrefix("/open/") || request.target.hasPrefix("/open?"))
            let segments = request.target.prefix { $0 != "?" }.lowercased().split(separator: "/")
            #expect(!segments.contains { [".", "..", "%2e", "%2e%2e", ".%2e", "%2e."].contains($0) }, "\(segments)")
        }
        var meant: [String: Int] = [:]
        for (index, bytes) in texts.enumerated() {
            let passed = (answers[index] ?? "").split(separator: "via: 1.1 tessera", omittingEmptySubsequences: false)
            var parser = RequestParser(limits: HTTPLimits())
            parser.append(bytes)
            var count = 0
            while count < 16, let message = try? parser.next() {
                count += 1
                guard let path = try? NormalisedPath(message.head.path) else { continue }
                let name = name(message.head.methodName, path.text, message.head.query, message.body)
                meant[name, default: 0] += 1
            }
            #expect(passed.count - 1 <= count, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
        for (name, count) in seen {
            #expect(
                count <= meant[name, default: 0], "\(name) came \(count) times and was sent \(meant[name, default: 0])")
        }
        upstream.forget()
        return total
    }

    /// All that an upstream is asked, with the query as it is read, however it is written.
    private static func name(_ method: String, _ path: String, _ query: String?, _ content: [UInt8]) -> String {
        "\(method) \(path) \(query.map { unescaped(Array($0.utf8)) } ?? []) \(content)"
    }

    private static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
        var (output, index): ([UInt8], Int) = ([], 0)
        while index < bytes.count {
            let digits = bytes[index...].dropFirst().prefix(2)
            if bytes[index] == UInt8(ascii: "%"), let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                output.append(value)
                index += 3
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        return output
    }
}
