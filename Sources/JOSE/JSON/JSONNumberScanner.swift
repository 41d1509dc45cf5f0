/// Reads a JSON number (RFC 8259 §6): 64-bit integers exactly, everything else as a finite double.
struct JSONNumberScanner {
    private let bytes: [UInt8]
    private(set) var position: Int

    init(_ bytes: [UInt8], from position: Int) {
        self.bytes = bytes
        self.position = position
    }

    mutating func scan() throws(JSONError) -> JSONValue {
        let start = position
        let isNegative = take(UInt8(ascii: "-"))
        var magnitude: Int64? = 0
        let firstDigit = position
        while let digit = takeDigit() {
            magnitude = Self.append(digit, to: magnitude)
        }
        let digits = position &- firstDigit
        guard digits > 0 else { throw JSONError(.invalidNumber, at: position) }
        guard digits == 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
            throw JSONError(.invalidNumber, at: firstDigit)
        }
        let isWhole = try !takeFraction()
        let isPlain = try !takeExponent() && isWhole
        if isPlain, let magnitude, !(isNegative && magnitude == 0) {
            // Collected as a negative number, whose range is the larger one.
            if isNegative { return .integer(magnitude) }
            if magnitude != .min { return .integer(0 &- magnitude) }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw JSONError(.numberOutOfRange, at: start) }
        return .number(value)
    }

    private static func append(_ digit: UInt8, to magnitude: Int64?) -> Int64? {
        guard let magnitude else { return nil }
        let (tens, overflow) = magnitude.multipliedReportingOverflow(by: 10)
        let (sum, further) = tens.subtractingReportingOverflow(Int64(digit))
        return overflow || further ? nil : sum
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position &+= 1
        return true
    }

    private mutating func takeDigit() -> UInt8? {
        guard position < bytes.count else { return nil }
        let digit = bytes[position] &- UInt8(ascii: "0")
        guard digit <= 9 else { return nil }
        position &+= 1
        return digit
    }

    private mutating func takeDigits() throws(JSONError) {
        guard takeDigit() != nil else { throw JSONError(.invalidNumber, at: position) }
        while takeDigit() != nil {}
    }

    private mutating func takeFraction() throws(JSONError) -> Bool {
        guard take(UInt8(ascii: ".")) else { return false }
        try takeDigits()
        return true
    }

    private mutating func takeExponent() throws(JSONError) -> Bool {
        guard take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) else { return false }
        if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
        try takeDigits()
        return true
    }
}
