/// Reads the fields between the `$` of a stored password hash, and refuses every second spelling of one value.
struct PHCFields {
    /// The longest text that is looked at; the longest that Tessera writes has 97 bytes.
    static let maximumLength = 512
    private static let maximumCount = 6

    /// The fields, without the empty one in front of a leading `$`.
    let values: [Substring.UTF8View]

    /// `nil` for what is too long, has too many fields, or anything but visible ASCII.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumLength, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            return nil
        }
        let fields = text.utf8.split(
            separator: UInt8(ascii: "$"), maxSplits: Self.maximumCount, omittingEmptySubsequences: false)
        guard let first = fields.first else { return nil }
        values = Array(first.isEmpty ? fields.dropFirst() : fields[...])
    }

    /// A decimal number without sign or leading zero, at most nine digits.
    static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard let first = digits.first, digits.count <= 9, first != UInt8(ascii: "0") || digits.count == 1 else {
            return nil
        }
        var value = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value &* 10 &+ Int(digit &- 0x30)
        }
        return value
    }

    /// The number of `name=number`.
    static func number(_ field: some Collection<UInt8>, named name: String) -> Int? {
        let prefix = Array(name.utf8) + [UInt8(ascii: "=")]
        guard field.starts(with: prefix) else { return nil }
        return number(field.dropFirst(prefix.count))
    }
}
