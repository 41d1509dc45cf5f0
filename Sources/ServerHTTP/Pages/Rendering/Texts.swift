/// All texts of the pages in one language.
package struct Texts: Sendable {
    /// A language tag (RFC 5646), as `lang` of the pages.
    package let language: String
    let entries: [String: String]

    package init(language: String, entries: [String: String]) {
        self.language = language
        self.entries = entries
    }

    /// Every key that pages use is in every language; a test says so.
    package subscript(key: String) -> String { entries[key] ?? "" }

    package var keys: Set<String> { Set(entries.keys) }

    /// A text with its `{gaps}` filled. What is filled in is not looked at again.
    package func callAsFunction(_ key: String, _ values: [String: String]) -> String {
        var filled = ""
        var rest = self[key][...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            filled += rest[..<open]
            filled += values[String(rest[rest.index(after: open)..<close])] ?? ""
            rest = rest[rest.index(after: close)...]
        }
        return filled + rest
    }

    /// A stretch of time in the largest unit that it fills, rounded up: a promise is rather kept than broken.
    package func duration(_ seconds: Int64) -> String {
        let seconds = max(1, seconds)
        let units: [(key: String, length: Int64)] = [
            ("duration_days", 86_400), ("duration_hours", 3_600), ("duration_minutes", 60),
        ]
        let unit = units.first { seconds >= $0.length } ?? ("duration_seconds", 1)
        let count = seconds / unit.length + (seconds % unit.length == 0 ? 0 : 1)
        return count == 1 ? self[unit.key + "_one"] : self(unit.key + "_other", ["count": String(count)])
    }

    /// A moment in words, in UTC, since a server does not know where its reader is.
    package func moment(_ time: CivilTime) -> String {
        self(
            "moment",
            [
                "day": String(time.day), "month": self["month_\(time.month)"], "year": String(time.year),
                "time": "\(Self.pad(time.hour)):\(Self.pad(time.minute))",
            ])
    }

    private static func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
