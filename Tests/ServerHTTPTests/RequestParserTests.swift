import ServerHTTP
import Testing

@Suite struct RequestParserTests {
    static let host = "Host: id.example\r\n"

    static func parse(_ text: String, limits: HTTPLimits = HTTPLimits()) throws -> [RequestParser.Message] {
        var parser = RequestParser(limits: limits)
        parser.append(Array(text.utf8))
        var messages: [RequestParser.Message] = []
        while let message = try parser.next() { messages.append(message) }
        return messages
    }

    static func status(_ text: String, limits: HTTPLimits = HTTPLimits()) -> Int? {
        do {
            _ = try parse(text, limits: limits)
            return nil
        } catch let refusal as RequestRefusal {
            return refusal.status
        } catch {
            return -1
        }
    }

    @Test(arguments: [
        "GET / HTTP/1.1\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{1}b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX\t: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tfolded\r\n\r\n",
        "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nnocolon\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX(y): b\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /  HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n",
        " GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /#f HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET foo HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / http/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
        "GET /\r\nHost: a\r\n\r\n",
        "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ])
    func `refuses a header that two programs could read differently`(text: String) {
        #expect(Self.status(text) == 400)
    }

    @Test(arguments: [
        "", "Host: \r\n", "Host: a\r\nHost: a\r\n", "Host: a\r\nhost: b\r\n", "Host: a, b\r\n", "Host: u@a\r\n",
        "Host: a/b\r\n", "Host: a b\r\n",
    ])
    func `refuses a missing, doubled or impossible host`(hosts: String) {
        #expect(Self.status("GET / HTTP/1.1\r\n\(hosts)\r\n") == 400)
    }

    @Test(arguments: [
        "a[b]c", "a[", "a]", "[]", "[::1", "[[::1]]", "[g::1]", "[a.example]x", "[::1]x", "[::1]:123456", "[::1]:8a",
        "x[::1]", "::1", ":80", "a:b", "a:1:2", "a:123456",
    ])
    func `refuses a host with a bracket or a colon that has no place there`(host: String) {
        #expect(Self.status("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == 400)
        #expect(Self.status("GET http://\(host)/ HTTP/1.1\r\n\(Self.host)\r\n") == 400)
    }

    @Test(arguments: [
        "a", "a:", "a:8443", "A_b-1.example.", "127.0.0.1:65535", "[::1]", "[::1]:", "[2001:DB8::1]:8443",
        "[::ffff:192.0.2.1]:80",
    ])
    func `takes a name or an address, with a port or without`(host: String) throws {
        let named = try Self.parse("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        #expect(named.first?.head.headers.all("host") == [host])
        let absolute = try Self.parse("GET http://\(host)/ HTTP/1.1\r\n\(Self.host)\r\n")
        #expect(absolute.first?.head.headers.all("host") == [host])
    }

    @Test(
        arguments: [[0xFF], [0xE9], [0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]])
    func `refuses a value that is no UTF-8, which nobody behind could be told as it came`(bytes: [UInt8]) throws {
        var text = Array("GET / HTTP/1.1\r\n\(Self.host)X: a".utf8)
        text += bytes
        text += Array("b\r\n\r\n".utf8)
        var parser = RequestParser(limits: HTTPLimits())
        parser.append(text)
        let refusal = #expect(throws: RequestRefusal.self) { _ = try parser.next() }
        #expect(refusal?.status == 400 && refusal?.reason == "header_value")
    }

    @Test func `keeps a value in UTF-8 as it came`() throws {
        let value = "caf\u{e9} \u{FFFD} \u{1F511}"
        let message = try #require(try Self.parse("GET / HTTP/1.1\r\n\(Self.host)X: \(value)\r\n\r\n").first)
        #expect(message.head.headers.first("x").map { Array($0.utf8) } == Array(value.utf8))
    }

    @Test(arguments: [
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        "Content-Length: 3\r\nContent-Length: 3\r\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n",
        "Content-Length: 3, 3\r\n",
        "Content-Length: +3\r\n",
        "Content-Length: -3\r\n",
        "Content-Length: 0x3\r\n",
        "Content-Length: 3 \r\nContent-length: 3\r\n",
        "Content-Length: \r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length: ٣\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked;q=1\r\n",
        "Transfer-Encoding:\u{b}chunked\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding: \r\n",
    ])
    func `refuses a body whose length is not beyond doubt`(fields: String) {
        #expect(Self.status("POST / HTTP/1.1\r\n\(Self.host)\(fields)\r\nabc") == 400)
    }

    @Test(arguments: [
        "g\r\n", "\r\n", "-1\r\n", "+1\r\na\r\n", "0x1\r\na\r\n", "1 \r\na\r\n", " 1\r\na\r\n", "1\na\r\n0\r\n\r\n",
        "1\r\nab\r\n0\r\n\r\n", "1\r\na\n0\r\n\r\n", "1\r\na0\r\n\r\n", "1;a\u{1}\r\na\r\n", "100000000\r\n",
        "0\r\nX : y\r\n\r\n", "0\r\nbad\r\n\r\n", "1;\(String(repeating: "x", count: 300))\r\na\r\n",
    ])
    func `refuses a broken chunk`(body: String) {
        #expect(Self.status("POST / HTTP/1.1\r\n\(Self.host)Transfer-Encoding: chunked\r\n\r\n\(body)") == 400)
    }

    @Test func `refuses many tiny chunks`() {
        let body = String(repeating: "1;abcdefghijklmnop\r\na\r\n", count: 5_000)
        #expect(Self.status("POST / HTTP/1.1\r\n\(Self.host)Transfer-Encoding: chunked\r\n\r\n\(body)") == 400)
    }

    @Test func `refuses an upgrade to unencrypted HTTP 2`() {
        #expect(Self.status("GET / HTTP/1.1\r\n\(Self.host)Upgrade: h2c\r\n\r\n") == 400)
        #expect(Self.status("GET / HTTP/1.1\r\n\(Self.host)HTTP2-Settings: AAMAAABk\r\n\r\n") == 400)
        #expect(Self.status("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505)
    }

    @Test func `knows its limits`() {
        let long = String(repeating: "a", count: 8_200)
        #expect(Self.status("GET /\(long) HTTP/1.1\r\n\(Self.host)\r\n") == 414)
        #expect(Self.status("GET /" + String(repeating: "a", count: 20_000)) == 414)
        #expect(Self.status("GET / HTTP/1.1\r\n\(Self.host)X: \(long)\(long)\r\n\r\n") == 431)
        #expect(Self.status("GET / HTTP/1.1\r\n\(Self.host)X: \(long)\(long)") == 431)
        let many = String(repeating: "X: y\r\n", count: 100)
        #expect(Self.status("GET / HTTP/1.1\r\n\(Self.host)\(many)\r\n") == 431)
        #expect(Self.status("POST / HTTP/1.1\r\n\(Self.host)Content-Length: 65537\r\n\r\n") == 413)
        #expect(Self.status("POST / HTTP/1.1\r\n\(Self.host)Transfer-Encoding: chunked\r\n\r\n10001\r\n") == 413)
        #expect(Self.status("GET / HTTP/2.0\r\n\(Self.host)\r\n") == 505)
        #expect(Self.status("GET / HTTP/1.1\r\n\(Self.host)Expect: tea\r\n\r\n") == 417)
    }

    @Test func `reads the same requests however their bytes are cut`() throws {
        let text =
            "\r\nPOST /token?a=b HTTP/1.1\r\n\(Self.host)Content-Length: 5\r\n\r\nhello"
            + "POST http://other.example/x HTTP/1.1\r\n\(Self.host)transfer-encoding: Chunked\r\n\r\n"
            + "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\nGET / HTTP/1.0\r\n\r\n"
        let bytes = Array(text.utf8)
        for size in [1, 2, 3, 5, 7, 64, bytes.count] {
            var parser = RequestParser(limits: HTTPLimits())
            var messages: [RequestParser.Message] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                parser.append(bytes[start..<min(bytes.count, start + size)])
                while let message = try parser.next() { messages.append(message) }
            }
            try #require(messages.count == 3)
            #expect(messages[0].head.path == "/token")
            #expect(messages[0].head.query == "a=b")
            #expect(messages[0].body == Array("hello".utf8))
            #expect(messages[0].head.persists)
            #expect(messages[1].body == Array("abcde".utf8))
            #expect(messages[1].head.headers.all("host") == ["other.example"])
            #expect(!messages[2].head.persists)
            #expect(parser.phase == .idle)
        }
    }

    @Test func `reads streamed content as it reads whole content, however the bytes are cut`() throws {
        let text =
            "POST /a HTTP/1.1\r\n\(Self.host)Content-Length: 5\r\n\r\nhello"
            + "POST /b HTTP/1.1\r\n\(Self.host)Transfer-Encoding: chunked\r\n\r\n"
            + "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\nGET /c HTTP/1.1\r\n\(Self.host)\r\n"
        let bytes = Array(text.utf8)
        let whole = try Self.parse(text)
        for size in [1, 2, 3, 7, 64, bytes.count] {
            var parser = RequestParser(limits: HTTPLimits()) { _ in 1_000 }
            var read: [(path: String, body: [UInt8])] = []
            var isStreaming = false
            for start in stride(from: 0, to: bytes.count, by: size) {
                parser.append(bytes[start..<min(bytes.count, start + size)])
                while true {
                    if isStreaming {
                        guard let part = try parser.nextPart() else { break }
                        if case .bytes(let more) = part { read[read.count - 1].body += more }
                        isStreaming = part != .end
                    } else {
                        guard let message = try parser.next() else { break }
                        read.append((message.head.path, message.body))
                        isStreaming = message.isStreamed
                    }
                }
            }
            #expect(read.map(\.path) == whole.map(\.head.path))
            #expect(read.map(\.body) == whole.map(\.body))
            #expect(parser.phase == .idle)
        }
    }

    @Test func `bounds the framing of a stream by its content`() throws {
        let head = "POST / HTTP/1.1\r\n\(Self.host)Transfer-Encoding: chunked\r\n\r\n"
        func status(_ chunk: String) throws -> Int? {
            var parser = RequestParser(limits: HTTPLimits()) { _ in 100_000_000 }
            parser.append(Array((head + String(repeating: chunk, count: 20_000)).utf8))
            _ = try parser.next()
            do {
                while try parser.nextPart() != nil {}
                return nil
            } catch { return error.status }
        }
        #expect(try status("1;abcdefghijklmnop\r\na\r\n") == 400)
        #expect(try status("10\r\nabcdefghijklmnop\r\n") == nil)
    }

    @Test func `refuses for the same reason however the bytes are cut`() {
        // A head that is too long, and beyond that also broken.
        let line = "X: " + String(repeating: "a", count: 17_000) + "\rb\r\n\r\n"
        let bytes = Array("GET / HTTP/1.1\r\n\(Self.host)\(line)".utf8)
        for size in [1, 7, 4_096, bytes.count] {
            var parser = RequestParser(limits: HTTPLimits())
            let refusal = #expect(throws: RequestRefusal.self) {
                for start in stride(from: 0, to: bytes.count, by: size) {
                    parser.append(bytes[start..<min(bytes.count, start + size)])
                    while try parser.next() != nil {}
                }
            }
            #expect(refusal?.status == 431)
        }
    }

    @Test func `tells a client that asks first whether to send its body`() throws {
        let expecting = try Self.parse(
            "POST / HTTP/1.1\r\n\(Self.host)Expect: 100-Continue\r\nContent-Length: 1\r\n\r\na")
        #expect(expecting.first?.head.expectsContinue == true)
        let old = try Self.parse("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na")
        #expect(old.first?.head.expectsContinue == false)
    }

    @Test func `survives arbitrary bytes`() {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        let seed = Array("POST /t HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n".utf8)
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<(1 + next() % 4) {
                bytes[Int(next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: next())
            }
            var parser = RequestParser(limits: HTTPLimits())
            parser.append(bytes)
            while (try? parser.next()) ?? nil != nil {}
        }
    }
}
