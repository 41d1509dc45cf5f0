/// The octets of a path by their meaning (RFC 3986 §2, §3.3).
enum Octet {
    static let percent = UInt8(ascii: "%")
    static let slash = UInt8(ascii: "/")
    static let backslash = UInt8(ascii: "\\")
    static let semicolon = UInt8(ascii: ";")
    static let dot = UInt8(ascii: ".")
    static let hexDigits = Array("0123456789ABCDEF".utf8)

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    /// What a path may have unescaped, except the semicolon.
    static func isPlain(_ byte: UInt8) -> Bool { plainTable[Int(byte)] }

    private static let plainTable: [Bool] = (0..<256).map { value in
        let byte = UInt8(truncatingIfNeeded: value)
        return isUnreserved(byte) || "/!$&'()*+,=:@".utf8.contains(byte)
    }
}
