import ArgumentParser
import FoundationEssentials
import JOSE

/// What a client or a resource proves itself with, as options.
struct CredentialOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with the public JWK Set for private_key_jwt; private members are refused.", valueName: "file"))
    var jwks: String?

    @Option(help: ArgumentHelp("Where the public JWK Set is published.", valueName: "url"))
    var jwksURI: String?

    @Option(help: ArgumentHelp("The one algorithm of its assertions.", valueName: "algorithm"))
    var assertionAlgorithm: String?

    func add(to body: inout JSONObject) throws {
        if let jwks { body["jwks"] = .object(try Self.keySet(jwks)) }
        if let jwksURI { body["jwks_uri"] = .string(jwksURI) }
        if let assertionAlgorithm { body["assertion_algorithm"] = .string(assertionAlgorithm) }
    }

    /// A JWK Set, or a single JWK as a set of one; a private key must not leave the machine that owns it.
    private static func keySet(_ path: String) throws -> JSONObject {
        guard let bytes = FileManager.default.contents(atPath: path),
            let object = try? JSONObject(parsing: Array(bytes), limits: .document(maximumBytes: 65_536))
        else { throw CommandFailure(.failure, "invalid_file", "\(path) cannot be read as a JSON object") }
        let set = object["keys"] == nil ? JSONObject([("keys", .array([.object(object)]))]) : object
        let isPrivate = set.objects("keys").contains { key in
            ["d", "p", "q", "dp", "dq", "qi", "k", "oth", "priv"].contains { key[$0] != nil }
        }
        guard !isPrivate else {
            throw CommandFailure(
                .failure, "private_key_given", "\(path) holds a private key",
                fix: "Give the server the public half: without d, p, q, dp, dq, qi and k.")
        }
        return set
    }
}
