import JOSE
import TestSupport
import Testing

@Suite struct JSONWriterTests {
    @Test func `sets commas by itself`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("text", "x")
        writer.member("absent", nil as String?)
        writer.member("number", 42)
        writer.member("wide", Int64.min)
        writer.member("yes", true)
        writer.member("list", ["a", "b"])
        writer.member("none", [String]())
        writer.member("date", NumericDate(secondsSince1970: 7))
        writer.member("inner", JSONObject([("k", .null)]))
        writer.member("built") { inner in
            inner.beginArray()
            inner.value(1.5)
            inner.null()
            inner.beginObject()
            inner.endObject()
            inner.endArray()
        }
        writer.name("last" as String)
        writer.value(.infinity)
        writer.endObject()
        let expected =
            #"{"text":"x","number":42,"wide":-9223372036854775808,"yes":true,"list":["a","b"],"none":[],"date":7,"#
            + #""inner":{"k":null},"built":[1.5,null,{}],"last":null}"#
        #expect(writer.text == expected)
    }

    @Test(arguments: [
        ("\"", #""\"""#), ("\\", #""\\""#), ("/", #""/""#), ("\u{8}\u{C}\n\r\t", #""\b\f\n\r\t""#),
        ("\0\u{1F}\u{7F}", #""\u0000\u001f\u007f""#), ("\u{80}\u{85}\u{9F}\u{A0}", "\"\\u0080\\u0085\\u009f\u{A0}\""),
        ("a\u{2028}b\u{2029}c\u{2027}", "\"a\\u2028b\\u2029c\u{2027}\""), ("é😀", "\"é😀\""), ("", "\"\""),
    ])
    func `escapes whatever could end a line or a string`(text: String, written: String) throws {
        var writer = JSONWriter()
        writer.value(text)
        #expect(writer.text == written)
        #expect(try JSONValue(parsing: writer.bytes) == .string(text))
    }

    @Test func `no control character ever leaves the writer`() {
        var writer = JSONWriter()
        for code in UInt32(0)...0x2100 {
            guard let scalar = Unicode.Scalar(code) else { continue }
            writer = JSONWriter()
            writer.value(String(scalar))
            let isControl = writer.text.unicodeScalars.contains { scalar in
                scalar.properties.generalCategory == .control || scalar.value == 0x2028 || scalar.value == 0x2029
            }
            #expect(!isControl, "U+\(code)")
        }
    }

    @Test func `an escape is found at every place of a long text`() {
        for special in ["\"", "\\", "\n", "\u{7F}", "\u{85}", "\u{2028}"] {
            for place in 0...49 {
                var writer = JSONWriter()
                let (before, after) = (String(repeating: "a", count: place), String(repeating: "z", count: 49 - place))
                writer.value(before + special + after)
                var escaped = JSONWriter()
                escaped.value(special)
                #expect(writer.text == "\"" + before + escaped.text.dropFirst().dropLast() + after + "\"")
                #expect(escaped.text.dropFirst().hasPrefix("\\"))
            }
        }
    }

    @Test(arguments: [
        "null", "true", "0", "-1", "9223372036854775807", "-9223372036854775808", "1.5", "1e+20", "5e-324", "-0.0",
        #"{"a":[1,{"b":"\u2028"}],"c":{}}"#, #"["",[],[[]]]"#,
    ])
    func `what was read is written and read the same`(text: String) throws {
        let value = try JSONValue(parsing: Array(text.utf8))
        var writer = JSONWriter()
        value.write(to: &writer)
        #expect(writer.text == text)
        #expect(try JSONValue(parsing: writer.bytes) == value)
    }

    @Test(.requirement("7517-4-1", "7517-5-2"))
    func `an object holds each name once, in order`() {
        var object = JSONObject([("b", .integer(1)), ("a", .integer(2)), ("b", .integer(3))])
        #expect(object.jsonText == #"{"b":3,"a":2}"#)
        object["c"] = .bool(true)
        object["b"] = nil
        #expect(object.jsonText == #"{"a":2,"c":true}"#)
        #expect(object.members.map(\.name) == ["a", "c"])
        #expect(object.jsonBytes == Array(object.jsonText.utf8))
    }

    @Test func `equality of objects ignores the order and compares bytes`() {
        let left = JSONObject([("a", .integer(1)), ("b", .string("é"))])
        let right = JSONObject([("b", .string("\u{E9}")), ("a", .integer(1))])
        let decomposed = JSONObject([("b", .string("e\u{301}")), ("a", .integer(1))])
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(left != decomposed)
        #expect(JSONValue.integer(1) != .number(1))
    }
}
