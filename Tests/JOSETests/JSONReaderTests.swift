import JOSE
import TestSupport
import Testing

@Suite struct JSONReaderTests {
    private func parse(_ text: String, _ limits: JSONLimits = .token) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8), limits: limits)
    }

    private func refusal(_ text: String, _ limits: JSONLimits = .token) -> JSONError.Kind? {
        do {
            _ = try JSONValue(parsing: Array(text.utf8), limits: limits)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func `names are the same when their bytes are, and only then`() throws {
        // One text in two normal forms of the same length in bytes: canonically equal, and two names.
        let one = "\u{1E09}\u{0301}\u{0327}"
        let other = "\u{1E09}\u{0327}\u{0301}"
        #expect(one == other && !one.utf8.elementsEqual(other.utf8) && one.utf8.count == other.utf8.count)
        let object = try JSONObject(parsing: Array(#"{"\#(one)":1,"\#(other)":2,"plain":3}"#.utf8))
        #expect(object.integer(one) == 1 && object.integer(other) == 2 && object.integer("plain") == 3)
        #expect(object["plaim"] == nil && object["plain "] == nil)
    }

    @Test func `reads every kind of value`() throws {
        let text = #" { "a" : [ null , true , false , 1 , -2.5 , "x" , { } , [ ] ] } "#
        let object = try #require(try parse(text).object)
        let expected: [JSONValue] = [
            .null, .bool(true), .bool(false), .integer(1), .number(-2.5), .string("x"), .object(JSONObject()),
            .array([]),
        ]
        #expect(object["a"]?.array == expected)
        #expect(object.count == 1)
    }

    @Test(
        arguments: [
            ("0", .integer(0)), ("-1", .integer(-1)), ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("-9223372036854775809", .number(-9_223_372_036_854_775_808)), ("1e0", .number(1)), ("1.0", .number(1)),
            ("-0", .number(-0.0)), ("1E+2", .number(100)),
            ("5e-324", .number(.leastNonzeroMagnitude)), ("1e-9999", .number(0)),
        ] as [(String, JSONValue)])
    func `reads numbers exactly or as doubles`(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
    }

    @Test(arguments: [
        "01", "-", "-01", "1.", ".5", "+1", "1e", "1e+", "0x1", "1.e1", "NaN", "Infinity", "-Infinity", "1_0",
    ])
    func `refuses what only looks like a number`(text: String) {
        #expect(refusal(text) != nil)
    }

    @Test func `refuses numbers beyond every double, and survives long ones`() throws {
        #expect(refusal("1e999") == .numberOutOfRange)
        #expect(refusal("-1e999") == .numberOutOfRange)
        #expect(refusal(String(repeating: "9", count: 10_000)) == .numberOutOfRange)
        #expect(try parse("0." + String(repeating: "3", count: 10_000)) == .number(1.0 / 3))
    }

    @Test(
        .requirement("7515-10.12-1", "7515-10.12-4", "7519-11-1", "7638-7-3"),
        arguments: [
            "", " ", "{", "[", "\"", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "[1", "[1,", "tru", "nul", "fals",
            "True",
            "{,}", "{\"a\":1,}", "[1,]", "[,1]", "{a:1}", "{'a':1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "[1 2]", "{1:2}",
            "}",
            "]", "{}{}", "{} x", "1 1", "null,", "/**/1", "1//", "\u{A0}1", "\u{0C}1", "\0", "{}\0",
        ])
    func `refuses what is not JSON`(text: String) {
        #expect(refusal(text) != nil)
    }

    @Test func `refuses a byte order mark`() {
        #expect(refusal("\u{FEFF}{}") == .byteOrderMark)
    }

    @Test(
        .requirement("7515-4-2", "7515-10.12-3", "7517-4-2", "7519-4-2", "7515-5.2-5"),
        arguments: [
            #"{"a":1,"a":2}"#, #"{"a":1,"b":2,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"{"":1,"":2}"#,
            #"{"x":{"a":1,"a":1}}"#,
            #"[{"é":1,"\u00e9":2}]"#, #"{"😀":1,"\ud83d\ude00":2}"#,
        ])
    func `refuses a repeated name, however it is spelled`(text: String) {
        #expect(refusal(text) == .duplicateName)
    }

    @Test func `refuses a repeated name among many`() {
        let names = (0..<200).map { #""n\#($0)":0"# }.joined(separator: ",")
        #expect(refusal("{\(names)}") == nil)
        for repeated in [0, 15, 16, 17, 199] {
            #expect(refusal("{\(names),\"n\(repeated)\":1}") == .duplicateName)
        }
    }

    @Test(.requirement("7515-5.3-1", "7519-7.3-1", "7519-11-2", "7517-6-1"))
    func `names differ when their bytes do, even where Unicode calls them equivalent`() throws {
        let object = try #require(try parse(#"{"\u00e9":1,"e\u0301":2,"E":3,"e":4}"#).object)
        #expect(object.count == 4)
        #expect(object.integer("\u{E9}") == 1)
        #expect(object.integer("e\u{301}") == 2)
        #expect(object.integer("E") == 3)
    }

    @Test(.requirement("7515-10.13-1", "7515-10.13-2"))
    func `unescapes names and values`() throws {
        let object = try #require(try parse(#"{"\u0073ig":"\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00é😀"}"#).object)
        #expect(object.string("sig") == "\"\\/\u{8}\u{C}\n\r\té😀é😀")
        #expect(object["SIG"] == nil)
    }

    @Test(arguments: [
        #""\x""#, #""\u12""#, #""\u12G4""#, #""\"#, #""\u"#, #""\ud800""#, #""\ud800x""#, #""\ud800\n""#,
        #""\ud800\u0041""#,
        #""\udc00""#, #""\ud800\ud800""#, "\"\u{1}\"", "\"\n\"", "\"a\tb\"", "\"\\a\"",
    ])
    func `refuses broken strings`(text: String) {
        #expect(refusal(text) != nil)
    }

    @Test(
        .requirement("8725-3.7-1", "8725-3.7-2", "7519-7.2-11"),
        arguments: [
            [0x22, 0x80, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22],
            [0x22, 0xE2, 0x82, 0x22], [0x22, 0x5C, 0x6E, 0xFF, 0x22], [0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00],
            [0x00, 0x7B, 0x00, 0x7D],
        ] as [[UInt8]])
    func `refuses every encoding but UTF-8`(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    }

    @Test func `refuses depth over 16`() {
        #expect(refusal(String(repeating: "[", count: 16) + String(repeating: "]", count: 16)) == nil)
        #expect(refusal(String(repeating: "[", count: 17) + String(repeating: "]", count: 17)) == .tooDeep)
        #expect(refusal(String(repeating: #"{"a":"#, count: 17) + "1" + String(repeating: "}", count: 17)) == .tooDeep)
        let flood = JSONLimits(maximumBytes: 1_000_000, maximumDepth: .max, maximumMembers: .max)
        #expect(refusal(String(repeating: "[", count: 200_000), flood) == .tooDeep)
    }

    @Test func `refuses more than 16 KiB unread`() {
        #expect(refusal("\"" + String(repeating: "a", count: 16 * 1024 - 2) + "\"") == nil)
        #expect(refusal("\"" + String(repeating: "a", count: 16 * 1024 - 1) + "\"") == .tooLarge)
        #expect(refusal(String(repeating: " ", count: 100), .document(maximumBytes: 99)) == .tooLarge)
    }

    @Test func `refuses more than 1024 members and elements in total`() {
        func values(_ count: Int) -> String { Array(repeating: "0", count: count).joined(separator: ",") }
        #expect(refusal("[\(values(1024))]") == nil)
        #expect(refusal("[\(values(1025))]") == .tooManyMembers)
        #expect(refusal("[[\(values(600))],[\(values(600))]]") == .tooManyMembers)
    }

    @Test func `says what is wrong and where, and nothing of the content`() {
        #expect(throws: JSONError(.duplicateName, at: 12)) { try parse(#"{"secret":1,"secret":2}"#) }
        #expect(JSONError(.duplicateName, at: 12).description == "JSON: duplicate member name at byte 12")
        #expect(throws: JSONError(.notAnObject, at: 0)) { try JSONObject(parsing: Array("[]".utf8)) }
    }

    @Test func `typed accessors give nothing of another type`() throws {
        let object = try JSONObject(parsing: Array(#"{"s":"x","i":1,"b":true,"a":["x"],"m":["x",1],"o":{"k":1}}"#.utf8))
        #expect(object.string("s") == "x" && object.string("i") == nil && object.string("none") == nil)
        #expect(object.integer("i") == 1 && object.integer("s") == nil)
        #expect(object.bool("b") == true && object.bool("i") == nil)
        #expect(object.strings("a") == ["x"] && object.strings("m") == nil && object.strings("s") == nil)
        #expect(object.object("o")?.integer("k") == 1 && object.object("a") == nil)
    }
}
