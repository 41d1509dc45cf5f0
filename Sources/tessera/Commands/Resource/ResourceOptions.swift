import ArgumentParser
import JOSE

/// How tokens for a resource look.
struct ResourceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("jwt or opaque.", valueName: "format"))
    var format: String?

    @Option(help: ArgumentHelp("How long its tokens live.", valueName: "seconds"))
    var lifetime: Int?

    @Option(help: ArgumentHelp("What signs its tokens: ES256, ES384, EdDSA, RS256 or PS256.", valueName: "algorithm"))
    var algorithm: String?

    @Option(
        help: ArgumentHelp(
            "What a scope lets an application do, in words for people; with '#de' behind the scope, in that language. "
                + "May be repeated; replaces all.", valueName: "scope=words"))
    var scopeDescription: [String] = []

    func add(to body: inout JSONObject) throws {
        if !scopeDescription.isEmpty { body["scope_descriptions"] = .object(try descriptions()) }
        if let format { body["token_format"] = .string(format) }
        if let lifetime { body["access_token_lifetime"] = .integer(Int64(lifetime)) }
        if let algorithm { body["signing_algorithm"] = .string(algorithm) }
    }

    private func descriptions() throws -> JSONObject {
        var descriptions: [(scope: String, json: JSONObject)] = []
        for option in scopeDescription {
            let (key, words) = try KeyedText.split(option, "--scope-description")
            let parts = key.split(separator: "#", maxSplits: 1).map(String.init)
            guard let scope = parts.first else { throw ValidationError("--scope-description names no scope.") }
            var json = descriptions.first { $0.scope == scope }?.json ?? JSONObject()
            if parts.count == 1 {
                json["text"] = .string(words)
            } else {
                var translations = json["translations"]?.object ?? JSONObject()
                translations[parts[1]] = .string(words)
                json["translations"] = .object(translations)
            }
            descriptions.removeAll { $0.scope == scope }
            descriptions.append((scope, json))
        }
        if let bare = descriptions.first(where: { $0.json["text"] == nil }) {
            throw ValidationError("Say what \(bare.scope) means in no particular language, too: \(bare.scope)=words.")
        }
        return JSONObject(descriptions.map { ($0.scope, .object($0.json)) })
    }
}
