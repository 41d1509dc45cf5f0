package import JOSE

/// Attributes as one field of a form holds them, whatever their form: a list has a text on each line.
extension AttributeSchema.Form {
    /// What a person typed, as the attribute would hold it; `nil` removes it. What fits no value stays text, which the
    /// schema then refuses.
    package func value(of typed: String) -> JSONValue? {
        guard !typed.isEmpty else { return nil }
        switch self {
        case .string, .url, .date: return .string(typed)
        case .integer: return Int64(typed).map(JSONValue.integer) ?? .string(typed)
        case .boolean: return ["true": JSONValue.bool(true), "false": .bool(false)][typed] ?? .string(typed)
        case .strings:
            let lines = Self.lines(typed).filter { !$0.isEmpty }
            return lines.isEmpty ? nil : .array(lines.map { .string(String($0)) })
        case .address:
            // OpenID Core §5.1.1: as it stands on a letter.
            let lines = Self.lines(typed).filter { !$0.isEmpty }.joined(separator: "\n")
            return lines.isEmpty ? nil : .object(JSONObject([("formatted", .string(lines))]))
        }
    }

    /// The field of an attribute as it is; empty for one that is missing or of another form.
    package func text(of value: JSONValue?) -> String {
        switch (self, value) {
        case (.string, .string(let text)?), (.url, .string(let text)?), (.date, .string(let text)?): text
        case (.integer, .integer(let number)?): String(number)
        case (.boolean, .bool(let flag)?): flag ? "true" : "false"
        case (.strings, .some(let value)): (value.strings ?? []).joined(separator: "\n")
        case (.address, .object(let parts)?):
            parts.string("formatted")
                ?? ["street_address", "postal_code", "locality", "region", "country"].compactMap { parts.string($0) }
                .joined(separator: "\n")
        default: ""
        }
    }

    /// Whether two contents of a field mean the same; browsers end lines with CRLF, whatever they were given.
    package func isSame(_ typed: String, _ shown: String) -> Bool { Self.lines(typed) == Self.lines(shown) }

    private static func lines(_ text: String) -> [Substring] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    }
}
