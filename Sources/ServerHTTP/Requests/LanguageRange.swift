/// Reads what a request says about languages (RFC 9110 §12.5.4, OpenID Core §3.1.2.1), within bounds.
package enum LanguageRange {
    static let maximumBytes = 1_024
    static let maximumCount = 16

    /// The tags of `Accept-Language`, best first; `*` and what is refused with `q=0` are left out.
    package static func accepted(_ value: String?) -> [String] {
        guard let value, value.utf8.count <= maximumBytes else { return [] }
        var ranges: [(tag: String, weight: Int)] = []
        for part in value.split(separator: ",").prefix(maximumCount) {
            let pieces = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let tag = pieces.first, isTag(tag) else { continue }
            let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.map { self.weight($0.dropFirst(2)) } ?? 1_000
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

    /// `0`, `1`, or `0.` and up to three digits, in thousandths; anything else counts for nothing.
    private static func weight(_ text: Substring) -> Int {
        if text == "1" || text.hasPrefix("1.") { return 1_000 }
        guard text.hasPrefix("0."), (3...5).contains(text.utf8.count), let digits = Int(text.dropFirst(2)) else {
            return 0
        }
        return [0, 0, 0, 100, 10, 1][text.utf8.count] * digits
    }
}
