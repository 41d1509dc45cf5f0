import ResourceServer
import Testing

/// HTML Living Standard §9.2.6, as far as a feed needs it.
@Suite struct EventStreamReaderTests {
    private func events(_ text: String, cut: Int = 1_000) throws -> [[String]] {
        var reader = EventStreamReader(limit: 100)
        let bytes = Array(text.utf8)
        var found: [EventStreamReader.Event] = []
        for start in stride(from: 0, to: bytes.count, by: cut) {
            found += try reader.read(Array(bytes[start..<min(start + cut, bytes.count)]))
        }
        return found.map { [$0.name, String(decoding: $0.data, as: UTF8.self)] }
    }

    @Test(arguments: [1, 2, 3, 5, 1_000])
    func `finds events however the stream is cut`(cut: Int) throws {
        #expect(try events("data: a\n\n", cut: cut) == [["", "a"]])
        #expect(
            try events("event: x\r\ndata: a\r\ndata:b\r\n\r\nid: 7\ndata\n\n", cut: cut) == [["x", "a\nb"], ["", ""]])
        #expect(try events(":comment\r\r: more\n\ndata:  a:b \r\r", cut: cut) == [["", " a:b "]])
        #expect(try events("event: x\n\ndata: a\n\n", cut: cut) == [["", "a"]])
        #expect(try events("data: unfinished\n", cut: cut) == [])
    }

    @Test func `gives up on what is too long`() {
        #expect(throws: EventStreamReader.TooLong.self) { try events("data: " + String(repeating: "a", count: 100)) }
        #expect(throws: EventStreamReader.TooLong.self) {
            try events(String(repeating: "data: aaaaaaaaaa\n", count: 11), cut: 3)
        }
        #expect(throws: Never.self) { try events(String(repeating: "data: aaaaaaaaaa\n\n", count: 1_000), cut: 7) }
    }
}
