import Gateway
import Testing

@Suite struct `The head of an upstream's answer` {
    private func head(_ text: String) throws -> UpstreamHead { try UpstreamHead(Array(text.utf8)[...]) }

    @Test func `is read with its fields`() throws {
        let head = try head("HTTP/1.1 101 Switching Protocols\r\nUpgrade:  websocket \t\r\nX-Empty:\r\n\r\n")
        #expect(head.status == 101)
        #expect(head.fields.map(\.name) == ["Upgrade", "X-Empty"] && head.fields.map(\.value) == ["websocket", ""])
        #expect(try self.head("HTTP/1.1 403\r\n\r\n").status == 403)
    }

    @Test(arguments: [
        "", "\r\n\r\n", "HTTP/1.1 101", "HTTP/1.1 101\r\n", "HTTP/1.0 101 A\r\n\r\n", "HTTP/1.1 +99 A\r\n\r\n",
        "HTTP/1.1 1012 A\r\n\r\n", "HTTP/1.1 10\r\n\r\n", "HTTP/1.1 099 A\r\n\r\n", "HTTP/1.1 600 A\r\n\r\n",
        "HTTP/1.1  101\r\n\r\n", "HTTP/1.1 101 A\nA: b\r\n\r\n", "HTTP/1.1 101 A\r\nA : b\r\n\r\n",
        "HTTP/1.1 101 A\r\n A: b\r\n\r\n", "HTTP/1.1 101 A\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 101 A\r\n: b\r\n\r\n",
        "HTTP/1.1 101 A\r\nA\r\n\r\n", "HTTP/1.1 101 A\r\nA: b\0\r\n\r\n", "HTTP/1.1 101 A\r\nA(): b\r\n\r\n",
        "HTTP/1.1 101 A\r\nA: b\rc\r\n\r\n",
    ])
    func `is refused in any other form`(text: String) {
        #expect(throws: UpstreamHead.Malformed.self) { try head(text) }
    }

    @Test func `ends at the first empty line, however it arrives`() {
        let bytes = Array("HTTP/1.1 101 A\r\nA: b\r\n\r\nrest\r\n\r\n".utf8)
        for cut in 0..<bytes.count {
            let first = UpstreamHead.end(of: Array(bytes[..<cut]))
            #expect((first ?? UpstreamHead.end(of: bytes, after: cut)) == 24)
        }
    }
}
