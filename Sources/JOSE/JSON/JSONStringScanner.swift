/// Reads the rest of a JSON string after its opening quotation mark (RFC 8259 §7).
struct JSONStringScanner {
    private let bytes: [UInt8]
    private(set) var position: Int

    init(_ bytes: [UInt8], from position: Int) {
        self.bytes = bytes
        self.position = position
    }

    mutating func scan() throws(JSONError) -> String {
        let start = position
        var high: UInt8 = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let slice = bytes[start..<position]
                position &+= 1
                // ASCII needs no validation and is by far the usual case.
                guard high >= 0x80 else { return String(decoding: slice, as: UTF8.self) }
                guard let text = String(validating: slice, as: UTF8.self) else {
                    throw JSONError(.invalidUTF8, at: start)
                }
                return text
            }
            if byte == UInt8(ascii: "\\") { return try scanEscaped(from: start) }
            guard byte >= 0x20 else { throw JSONError(.controlCharacter, at: position) }
            high |= byte
            position &+= 1
        }
        throw JSONError(.unexpectedEnd, at: position)
    }

    /// The slow path: from the first escape on, the value is collected in a buffer.
    private mutating func scanEscaped(from start: Int) throws(JSONError) -> String {
        var buffer = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position &+= 1
                guard let text = String(validating: buffer, as: UTF8.self) else {
                    throw JSONError(.invalidUTF8, at: start)
                }
                return text
            }
            if byte == UInt8(ascii: "\\") {
                try scanEscape(into: &buffer)
                continue
            }
            guard byte >= 0x20 else { throw JSONError(.controlCharacter, at: position) }
            buffer.append(byte)
            position &+= 1
        }
        throw JSONError(.unexpectedEnd, at: position)
    }

    private mutating func scanEscape(into buffer: inout [UInt8]) throws(JSONError) {
        position &+= 1
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
        let letter = bytes[position]
        position &+= 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(letter)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"): try scanUnicodeEscape(into: &buffer)
        default: throw JSONError(.invalidEscape, at: position &- 1)
        }
    }

    private mutating func scanUnicodeEscape(into buffer: inout [UInt8]) throws(JSONError) {
        let start = position
        var code = try scanHex()
        if code >= 0xD800, code < 0xDC00 {
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\\") else {
                throw JSONError(.loneSurrogate, at: start)
            }
            position &+= 1
            guard position < bytes.count, bytes[position] == UInt8(ascii: "u") else {
                throw JSONError(.loneSurrogate, at: start)
            }
            position &+= 1
            let low = try scanHex()
            guard low >= 0xDC00, low < 0xE000 else { throw JSONError(.loneSurrogate, at: start) }
            code = 0x10000 &+ ((code &- 0xD800) << 10) &+ (low &- 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw JSONError(.loneSurrogate, at: start) }
        buffer.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func scanHex() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
            let byte = bytes[position]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte &- UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte &- UInt8(ascii: "a") &+ 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte &- UInt8(ascii: "A") &+ 10
            default: throw JSONError(.invalidEscape, at: position)
            }
            code = code << 4 | UInt32(digit)
            position &+= 1
        }
        return code
    }
}
