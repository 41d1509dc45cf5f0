import AuthorizationServer
import JOSE
import OAuth

/// What must hold for every query and body that the administration reads.
enum AdministrationProperties {
    private static let known: Set<String> = ["after", "client", "limit", "from"]

    static func query(_ bytes: [UInt8]) {
        body(bytes)
        guard let text = String(validating: bytes, as: UTF8.self), let form = try? FormParameters(bytes),
            let query = try? AdministrationQuery(text, knowing: known)
        else { return }
        precondition(form.names.allSatisfy(known.contains), "an unknown parameter was accepted")
        precondition(Set(form.names).count == form.names.count, "a parameter was accepted twice")
        let bounds = Int64(1)...1_000
        if let number = try? query.number("limit", in: bounds) {
            precondition(bounds.contains(number) && String(number) == form["limit"], "another number")
        }
        if let text = try? query.text("after", maximumLength: 64) {
            precondition(text.utf8.count <= 64 && text == form["after"], "another text")
        }
        if let client: ClientID = try? query.identifier("client") {
            precondition(client.rawValue == form["client"], "another client")
            precondition(client.rawValue.utf8.allSatisfy { 0x21...0x7E ~= $0 }, "a name that is not visible")
        }
        guard let date = try? query.date("from") else { return }
        precondition(date.secondsSince1970 >= 0 && "\(date.secondsSince1970)" == form["from"], "another date")
    }

    /// Every member is read as what it is, or named as a problem.
    private static func body(_ bytes: [UInt8]) {
        guard let object = try? JSONObject(parsing: bytes) else { return }
        var reader = BodyReader(object)
        var read = 0
        if let value = reader.string("s") {
            precondition(object["s"] == .string(value), "another text")
            read += 1
        }
        if let value = reader.integer("i") {
            precondition(object["i"]?.integer == value, "another number")
            read += 1
        }
        if let value = reader.bool("b") {
            precondition(object["b"] == .bool(value), "another truth")
            read += 1
        }
        if let value = reader.strings("l") {
            precondition(object["l"] == .array(value.map(JSONValue.string)), "another list")
            read += 1
        }
        if let value = reader.object("o") {
            precondition(object["o"] == .object(value), "another object")
            read += 1
        }
        if reader.replacement("r") != .keep { read += 1 }
        if reader.number("n") != .keep { read += 1 }
        let problems = reader.finish()
        precondition(problems.count + read == object.members.count, "a member was overlooked")
        precondition(problems.allSatisfy { $0.field.count <= 64 }, "a long name was repeated")
    }
}
