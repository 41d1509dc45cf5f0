import ArgumentParser
import FoundationEssentials
import JOSE

/// What is known about a person, as options.
struct ProfileOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The e-mail address.", valueName: "address"))
    var email: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Whether the address is known to be theirs. An address that you give is, unless you say otherwise.")
    var emailVerified: Bool?

    @Option(help: ArgumentHelp("A group; may be repeated, and replaces the groups.", valueName: "name"))
    var group: [String] = []

    @Option(help: ArgumentHelp("A role; may be repeated, and replaces the roles.", valueName: "name"))
    var role: [String] = []

    @Option(
        help: ArgumentHelp(
            "An attribute that is a text, such as given_name=Ada; may be repeated.", valueName: "name=text"))
    var attribute: [String] = []

    @Option(help: ArgumentHelp("A file with a JSON object of attributes of any type.", valueName: "file"))
    var attributes: String?

    func add(to body: inout JSONObject) throws {
        if let email { body["email"] = .string(email) }
        if let emailVerified { body["email_verified"] = .bool(emailVerified) }
        if !group.isEmpty { body["groups"] = .array(group.map(JSONValue.string)) }
        if !role.isEmpty { body["roles"] = .array(role.map(JSONValue.string)) }
        var all = try attributes.map(Self.object) ?? JSONObject()
        for text in attribute {
            let (name, value) = try KeyedText.split(text, "--attribute")
            all[name] = .string(value)
        }
        if !all.isEmpty { body["attributes"] = .object(all) }
    }

    private static func object(_ path: String) throws -> JSONObject {
        guard let bytes = FileManager.default.contents(atPath: path),
            let object = try? JSONObject(parsing: Array(bytes), limits: .document(maximumBytes: 65_536))
        else { throw CommandFailure(.failure, "invalid_file", "\(path) cannot be read as a JSON object") }
        return object
    }
}
