/// Base64url without padding (RFC 7515 §2): one text for each value, so that two tokens never differ in spelling alone.
public enum Base64URL {
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: encodeBytes(bytes), as: UTF8.self)
    }

    public static func encodeBytes(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        append(bytes, to: &output)
        return output
    }

    public static func decode(_ text: some StringProtocol) throws(JOSEError) -> [UInt8] {
        try decode(utf8: text.utf8)
    }

    public static func decode(utf8 bytes: some Collection<UInt8>) throws(JOSEError) -> [UInt8] {
        let output = bytes.withContiguousStorageIfAvailable { decode($0) }
        guard let decoded = output ?? Array(bytes).withUnsafeBufferPointer({ decode($0) }) else {
            throw .invalidBase64URL
        }
        return decoded
    }

    /// Appends the encoding of `bytes`, for callers that build a larger text.
    static func append(_ bytes: some Collection<UInt8>, to output: inout [UInt8]) {
        let done: Void? = bytes.withContiguousStorageIfAvailable { append($0, to: &output) }
        guard done == nil else { return }
        Array(bytes).withUnsafeBufferPointer { append($0, to: &output) }
    }

    private static func append(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        let groups = bytes.count / 3
        let rest = bytes.count % 3
        let start = output.count
        let size = groups * 4 + (rest == 0 ? 0 : rest + 1)
        // Written in place: to append each character would ask each time whether there is room.
        output.append(contentsOf: repeatElement(0, count: size))
        output.withUnsafeMutableBufferPointer { whole in
            let output = UnsafeMutableBufferPointer(rebasing: whole[start...])
            alphabet.withUnsafeBufferPointer { alphabet in
                for group in 0..<groups {
                    let index = group &* 3
                    let bits = UInt32(bytes[index]) << 16 | UInt32(bytes[index &+ 1]) << 8 | UInt32(bytes[index &+ 2])
                    let target = group &* 4
                    output[target] = alphabet[Int(bits >> 18)]
                    output[target &+ 1] = alphabet[Int(bits >> 12 & 63)]
                    output[target &+ 2] = alphabet[Int(bits >> 6 & 63)]
                    output[target &+ 3] = alphabet[Int(bits & 63)]
                }
                guard rest > 0 else { return }
                let (index, target) = (groups &* 3, groups &* 4)
                let second: UInt8 = rest == 2 ? bytes[index &+ 1] : 0
                let bits = UInt32(bytes[index]) << 16 | UInt32(second) << 8
                output[target] = alphabet[Int(bits >> 18)]
                output[target &+ 1] = alphabet[Int(bits >> 12 & 63)]
                if rest == 2 { output[target &+ 2] = alphabet[Int(bits >> 6 & 63)] }
            }
        }
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        let groups = text.count / 4
        let rest = text.count % 4
        guard rest != 1 else { return nil }
        var isValid = true
        let size = groups * 3 + (rest == 0 ? 0 : rest - 1)
        let output = [UInt8](unsafeUninitializedCapacity: size) { output, count in
            values.withUnsafeBufferPointer { values in
                // Every value of a foreign character has bit 7, which is looked at once, at the end.
                var seen: UInt32 = 0
                for group in 0..<groups {
                    let index = group &* 4
                    let a = UInt32(values[Int(text[index])])
                    let b = UInt32(values[Int(text[index &+ 1])])
                    let c = UInt32(values[Int(text[index &+ 2])])
                    let d = UInt32(values[Int(text[index &+ 3])])
                    seen |= a | b | c | d
                    let bits = a << 18 | b << 12 | c << 6 | d
                    let target = group &* 3
                    output[target] = UInt8(truncatingIfNeeded: bits >> 16)
                    output[target &+ 1] = UInt8(truncatingIfNeeded: bits >> 8)
                    output[target &+ 2] = UInt8(truncatingIfNeeded: bits)
                }
                if rest > 0 {
                    let index = groups &* 4
                    let a = UInt32(values[Int(text[index])])
                    let b = UInt32(values[Int(text[index &+ 1])])
                    let c: UInt32 = rest == 3 ? UInt32(values[Int(text[index &+ 2])]) : 0
                    seen |= a | b | c
                    let bits = a << 18 | b << 12 | c << 6
                    // Unused bits must be zero, or several texts would stand for one value (RFC 4648 §3.5).
                    if bits & (rest == 3 ? 0xFF : 0xFFFF) != 0 { isValid = false }
                    output[groups &* 3] = UInt8(truncatingIfNeeded: bits >> 16)
                    if rest == 3 { output[groups &* 3 &+ 1] = UInt8(truncatingIfNeeded: bits >> 8) }
                }
                if seen & 0x80 != 0 { isValid = false }
            }
            count = size
        }
        return isValid ? output : nil
    }

    private static let alphabet = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0x80, count: 256)
        for (value, character) in alphabet.enumerated() {
            values[Int(character)] = UInt8(value)
        }
        return values
    }()
}
