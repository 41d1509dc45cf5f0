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

    func add(to body: inout JSONObject) {
        if let format { body["token_format"] = .string(format) }
        if let lifetime { body["access_token_lifetime"] = .integer(Int64(lifetime)) }
        if let algorithm { body["signing_algorithm"] = .string(algorithm) }
    }
}
