import OAuth
import Testing

@Suite struct TransportHeadersTests {
    @Test func `finds fields in any letter case and joins those of one name`() {
        let headers = TransportHeaders([("Content-Type", "text/html"), ("X-A", "1"), ("x-a", "2"), ("X-B", "")])
        #expect(headers["content-TYPE"] == "text/html")
        #expect(headers["x-A"] == "1, 2")
        #expect(headers["x-b"] == nil && headers["x-c"] == nil)
    }

    @Test func `compares media types without parameters and letter case`() {
        let answer = TransportResponse(status: 200, contentType: "Application/JSON ; charset=utf-8", body: [])
        #expect(answer.isOf(type: "application/json"))
        #expect(!answer.isOf(type: "application/jso") && !answer.isOf(type: "application/json5"))
        #expect(!TransportResponse(status: 200, contentType: nil, body: []).isOf(type: "application/json"))
    }

    /// RFC 9111 §5.2.2
    @Test(
        arguments: [
            ("max-age=300", .seconds(300)), ("public, Max-Age = 60", .seconds(60)), ("max-age=\"5\"", .seconds(5)),
            ("no-store", .zero), ("max-age=9, no-cache", .zero), ("max-age=", .zero), ("max-age=-1", .zero),
            ("max-age=1e3", .zero), ("private", nil), ("s-maxage=4", nil),
            ("max-age=99999999999999999999", .seconds(10 * 366 * 86_400)),
        ] as [(String, Duration?)])
    func `reads for how long an answer may be kept`(value: String, expected: Duration?) {
        #expect(TransportHeaders([("Cache-Control", value)]).lifetime == expected)
    }

    @Test func `says nothing about a lifetime when the answer does not`() {
        #expect(TransportHeaders().lifetime == nil)
    }
}
