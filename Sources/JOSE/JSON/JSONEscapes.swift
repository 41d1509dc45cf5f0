/// Escapes what must not stand in a JSON string, and every character that could break a line in a log.
enum JSONEscapes {
    /// Copies `text` in runs, replacing quotation mark, reverse solidus, C0 and C1 controls, DEL, U+2028 and U+2029.
    static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        guard holdsEscapes(text) else { return bytes.append(contentsOf: text) }
        var runStart = 0
        var index = 0
        while index < text.count {
            let length = escapedLength(text, at: index)
            guard length > 0 else {
                index &+= 1
                continue
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<index]))
            appendEscape(text, at: index, to: &bytes)
            index &+= length
            runStart = index
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<index]))
    }

    /// Whether any byte may need an escape; eight at a time, as most of what is written is tokens of a thousand bytes. (SIMD
    /// types of the standard library take forty times as long as one byte after the other.)
    static func holdsEscapes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let raw = UnsafeRawBufferPointer(text)
        let ones: UInt64 = 0x0101_0101_0101_0101
        // The highest bit of each byte tells: below 0x20, 0x7F and above, a quotation mark, a reverse solidus. What one byte
        // borrows from its neighbour or carries to it can only mark the neighbour of a byte that is marked itself.
        var marks: UInt64 = 0
        var index = 0
        while index &+ 8 <= raw.count {
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let (quotes, solidi) = (word ^ ones &* 0x22, word ^ ones &* 0x5C)
            marks |= word | (word &- ones &* 0x20) | (word &+ ones)
            marks |= ((quotes &- ones) & ~quotes) | ((solidi &- ones) & ~solidi)
            index &+= 8
        }
        return marks & (ones &* 0x80) != 0 || text[index...].contains(where: mayNeedEscape)
    }

    /// Whether a character that begins with `byte` can be one of those.
    @inline(__always)
    static func mayNeedEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte >= 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// How many bytes of `text` the character to escape at `index` takes, 0 when it stays.
    @inline(__always)
    private static func escapedLength(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let byte = text[index]
        if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F { return 1 }
        if byte == 0xC2, index &+ 1 < text.count, text[index &+ 1] < 0xA0 { return 2 }
        if byte == 0xE2, index &+ 2 < text.count, text[index &+ 1] == 0x80, text[index &+ 2] & 0xFE == 0xA8 { return 3 }
        return 0
    }

    private static func appendEscape(_ text: UnsafeBufferPointer<UInt8>, at index: Int, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch text[index] {
        case UInt8(ascii: "\""): bytes.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0xC2: appendHex(0x00, text[index &+ 1], to: &bytes)
        case 0xE2: appendHex(0x20, text[index &+ 2] & 0x3F, to: &bytes)
        case let control: appendHex(0x00, control, to: &bytes)
        }
    }

    private static func appendHex(_ high: UInt8, _ low: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "u"))
        for byte in [high, low] {
            bytes.append(hexDigit(byte >> 4))
            bytes.append(hexDigit(byte & 0x0F))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "a") &+ value &- 10
    }
}
