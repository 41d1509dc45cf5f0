import JOSE
import TestSupport
import Testing

@Suite struct NumericDateTests {
    @Test func `adds and subtracts whole seconds`() {
        let date = NumericDate(secondsSince1970: 1000)
        #expect(date + .seconds(60) == NumericDate(secondsSince1970: 1060))
        #expect(date - .seconds(60) == NumericDate(secondsSince1970: 940))
        #expect(date + .milliseconds(1999) == NumericDate(secondsSince1970: 1001))
        #expect(date - NumericDate(secondsSince1970: 400) == .seconds(600))
        #expect(date < date + .seconds(1))
    }

    @Test func `stops at the ends of the range instead of trapping`() {
        let last = NumericDate(secondsSince1970: .max)
        let first = NumericDate(secondsSince1970: .min)
        #expect(last + .seconds(1) == last)
        #expect(last - .seconds(-1) == last)
        #expect(first - .seconds(1) == first)
        #expect(first + .seconds(-1) == first)
        #expect(last - first == .seconds(Int64.max))
        #expect(first - last == .seconds(Int64.min))
    }

    @Test(
        .requirement("7519-2-1"),
        arguments: [
            ("1300819380", 1_300_819_380), ("1300819380.9", 1_300_819_380), ("0", 0), ("-1", -1), ("-0.5", -1),
            ("1.5e3", 1500), ("9007199254740992", 9_007_199_254_740_992),
        ] as [(String, Int64)])
    func `reads a number of seconds, fractions rounded down`(text: String, seconds: Int64) throws {
        let object = try JSONObject(parsing: Array(#"{"exp":\#(text)}"#.utf8))
        #expect(object.date("exp") == NumericDate(secondsSince1970: seconds))
    }

    @Test(arguments: [
        "9007199254740993", "-9007199254740993", "1e300", "-1e300", "99999999999999999999", #""1300819380""#, "true",
        "null",
    ])
    func `is no date`(text: String) throws {
        let object = try JSONObject(parsing: Array(#"{"exp":\#(text)}"#.utf8))
        #expect(object.date("exp") == nil)
    }
}
