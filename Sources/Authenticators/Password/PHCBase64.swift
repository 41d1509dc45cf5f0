/// Base64 as stored password hashes spell it (RFC 4648 §4 without padding), canonical only.
enum PHCBase64 {
    /// The sixty-third letter: `+` of the standard, `.` of passlib.
    enum Alphabet: Sendable {
        case standard, passlib

        var plus: UInt8 { self == .standard ? UInt8(ascii: "+") : UInt8(ascii: ".") }
    }

    static func encode(_ bytes: [UInt8], _ alphabet: Alphabet = .standard) -> String {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = (bits << 8) | UInt32(byte)
            count &+= 8
            while count >= 6 {
                count &-= 6
                text.append(letter(UInt8(truncatingIfNeeded: bits >> UInt32(count)) & 63, alphabet))
            }
        }
        if count > 0 { text.append(letter(UInt8(truncatingIfNeeded: bits << UInt32(6 &- count)) & 63, alphabet)) }
        return String(decoding: text, as: UTF8.self)
    }

    /// `nil` for a foreign letter, a length that no bytes have, or unused bits that are set.
    static func decode(_ text: some Collection<UInt8>, _ alphabet: Alphabet = .standard) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for character in text {
            guard let value = value(character, alphabet) else { return nil }
            bits = (bits << 6) | UInt32(value)
            count &+= 6
            guard count >= 8 else { continue }
            count &-= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        guard count < 6, bits & ((1 << UInt32(count)) &- 1) == 0 else { return nil }
        return bytes
    }

    private static func letter(_ value: UInt8, _ alphabet: Alphabet) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") &+ value
        case 26..<52: UInt8(ascii: "a") &+ (value &- 26)
        case 52..<62: UInt8(ascii: "0") &+ (value &- 52)
        case 62: alphabet.plus
        default: UInt8(ascii: "/")
        }
    }

    private static func value(_ letter: UInt8, _ alphabet: Alphabet) -> UInt8? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter &- UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): letter &- UInt8(ascii: "a") &+ 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): letter &- UInt8(ascii: "0") &+ 52
        case alphabet.plus: 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
