import AuthorizationServer
import JOSE

/// Reads the members of a body by name and type, and notes everything that is wrong with them.
struct BodyReader {
    private let object: JSONObject
    private var known: Set<String> = []
    private var problems: [Problem] = []

    init(_ object: JSONObject) { self.object = object }

    mutating func string(_ name: String) -> String? { read(name, "a string", \.string) }
    mutating func integer(_ name: String) -> Int64? { read(name, "a whole number", \.integer) }
    mutating func bool(_ name: String) -> Bool? { read(name, "true or false", \.bool) }
    mutating func strings(_ name: String) -> [String]? { read(name, "an array of strings", \.strings) }
    mutating func object(_ name: String) -> JSONObject? { read(name, "an object", \.object) }

    /// A string that null removes.
    mutating func replacement(_ name: String) -> Replacement<String> {
        if case .null? = object[name] {
            known.insert(name)
            return .remove
        }
        return string(name).map { .set($0) } ?? .keep
    }

    /// A whole number that null removes.
    mutating func number(_ name: String) -> Replacement<Int64> {
        if case .null? = object[name] {
            known.insert(name)
            return .remove
        }
        return integer(name).map { .set($0) } ?? .keep
    }

    /// What a reader of a part found.
    mutating func adopt(_ problems: [Problem]) { self.problems += problems }

    /// All problems, among them every member that nobody asked for.
    mutating func finish() -> [Problem] {
        for (name, _) in object.members where !known.contains(name) {
            problems.append(Problem(String(name.prefix(64)), "is no member of this request"))
        }
        return problems
    }

    private mutating func read<Value>(_ name: String, _ kind: String, _ get: (JSONValue) -> Value?) -> Value? {
        known.insert(name)
        guard let value = object[name] else { return nil }
        if let read = get(value) { return read }
        problems.append(Problem(name, "must be \(kind)"))
        return nil
    }
}
