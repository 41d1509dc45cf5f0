import JOSE

/// Members of answers as words for people.
extension JSONObject {
    func text(_ name: String) -> String { self[name].map(Self.text) ?? "" }

    func time(_ name: String) -> String? { date(name).map(Timestamp.text) }

    func objects(_ name: String) -> [JSONObject] {
        guard case .array(let items)? = self[name] else { return [] }
        return items.compactMap { item in
            guard case .object(let object) = item else { return nil }
            return object
        }
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .null: "-"
        case .bool(let flag): flag ? "yes" : "no"
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .string(let text): text
        case .array(let items): items.map(text).joined(separator: " ")
        case .object(let object): object.jsonText
        }
    }
}
