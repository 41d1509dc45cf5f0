/// Reads what a request says about languages (RFC 9110 §12.5.4, OpenID Core §3.1.2.1), within bounds.
package enum LanguageRange {
    static let maximumBytes = 1_024
    static let maximumCount = 16

    /// The tags of `Accept-Language`, best first; `*` and what is refused with `q=0` are left out.
    package static func accepted(_ value: String?) -> [String] {
        guard let value, value.utf8.count <= maximumBytes else { return [] }
        var ranges: [(tag: String, weight: Int)] = []
        // Over bytes: to a string, a combining mark behind a sign is part of it.
        for part in value.utf8.split(separator: UInt8(ascii: ",")).prefix(maximumCount) {
            let pieces = part.split(separator: UInt8(ascii: ";")).map { $0.filter { !ByteClass.isBlank($0) } }
            guard let tag = pieces.first.map({ String(decoding: $0, as: UTF8.self) }), isTag(tag) else { continue }
            let written = pieces.dropFirst().first { $0.starts(with: "q=".utf8) }
            let weight = written.map { self.weight($0.dropFirst(2)) } ?? 1_000
            if weight > 0 { ranges.append((tag, weight)) }
        }
        // Equal weights stay in the order in which they were written.
        return ranges.enumerated().sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
            .map(\.element.tag)
    }

    /// The tags of `ui_locales`, in their order.
    package static func listed(_ value: String?) -> [String] {
        guard let value, value.utf8.count <= maximumBytes else { return [] }
        return value.split(separator: " ").prefix(maximumCount).map(String.init).filter(isTag)
    }

    private static func isTag(_ text: String) -> Bool {
        (2...35).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x2D
            }
    }

    /// The `qvalue` of RFC 9110 §12.4.2 in thousandths; anything else counts for nothing.
    private static func weight(_ text: ArraySlice<UInt8>) -> Int {
        let digits = text.dropFirst(2)
        guard text.count <= 5, let first = text.first, text.dropFirst().first.map({ $0 == UInt8(ascii: ".") }) ?? true,
            digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return 0 }
        let thousandths = zip(digits, [100, 10, 1]).reduce(0) { $0 + Int($1.0 - 0x30) * $1.1 }
        switch first {
        case UInt8(ascii: "0"): return thousandths
        case UInt8(ascii: "1"): return thousandths == 0 ? 1_000 : 0
        default: return 0
        }
    }
}
