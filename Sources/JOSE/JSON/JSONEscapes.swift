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

    /// Whether any byte may need an escape; sixteen at a time, as most of what is written is tokens of a thousand bytes.
    private static func holdsEscapes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let raw = UnsafeRawBufferPointer(text)
        var index = 0
        while index &+ 16 <= raw.count {
            let block = raw.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
            let mayNeed =
                (block .< 0x20) .| (block .>= 0x7F) .| (block .== UInt8(ascii: "\"")) .| (block .== UInt8(ascii: "\\"))
            guard !any(mayNeed) else { return true }
            index &+= 16
        }
        return text[index...].contains(where: mayNeedEscape)
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
