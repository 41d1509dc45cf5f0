/// The cookies of a request, read strictly (RFC 6265 §4.2.1): a name that is given twice counts as not given, since
/// nobody can tell which of the two this server set.
package struct Cookies: Sendable {
    private let values: [String: String]

    package static let maximumBytes = 8_192
    package static let maximumCount = 100

    /// HTTP/2 may split the field (RFC 9113 §8.2.3), so all fields of the name are read as one.
    package init(_ headers: HeaderFields) {
        var values: [String: String] = [:]
        var repeated: Set<String> = []
        var count = 0
        let fields = headers.all("cookie")
        guard fields.reduce(0, { $0 &+ $1.utf8.count }) <= Self.maximumBytes else {
            self.values = [:]
            return
        }
        for field in fields {
            for pair in field.utf8.split(separator: UInt8(ascii: ";")) {
                count += 1
                guard count <= Self.maximumCount else { continue }
                guard let (name, value, isExact) = Self.read(pair) else { continue }
                if values.updateValue(value, forKey: name) != nil || !isExact { repeated.insert(name) }
            }
        }
        for name in repeated { values[name] = nil }
        // What was not read could repeat what was.
        self.values = count > Self.maximumCount ? [:] : values
    }

    package subscript(name: String) -> String? { values[name] }

    /// `isExact` is false of a name with space behind it, which is no name of ours, and of a value that no cookie may have:
    /// whatever other parsers make of either, the name is not given once.
    private static func read(_ pair: Substring.UTF8View) -> (name: String, value: String, isExact: Bool)? {
        let trimmed = pair.drop { $0 == 0x20 || $0 == 0x09 }
        guard let equals = trimmed.firstIndex(of: UInt8(ascii: "=")), equals > trimmed.startIndex else { return nil }
        var value = trimmed[trimmed.index(after: equals)...]
        while let last = value.last, last == 0x20 || last == 0x09 { value = value.dropLast() }
        let written = trimmed[..<equals]
        var name = written
        // Some parsers overlook space before the sign; `__Host-a =1` counts neither beside `__Host-a=1` nor alone.
        while let last = name.last, last == 0x20 || last == 0x09 { name = name.dropLast() }
        return (
            String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self),
            isExact: name.endIndex == written.endIndex && value.allSatisfy(isValueByte)
        )
    }

    /// `cookie-octet` of RFC 6265 §4.1.1.
    private static func isValueByte(_ byte: UInt8) -> Bool {
        byte == 0x21 || (0x23...0x2B).contains(byte) || (0x2D...0x3A).contains(byte) || (0x3C...0x5B).contains(byte)
            || (0x5D...0x7E).contains(byte)
    }
}
