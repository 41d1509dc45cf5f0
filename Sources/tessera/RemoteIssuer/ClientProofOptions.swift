import ArgumentParser
import FoundationEssentials
import JOSE
import OAuth

/// The client and its proof. A secret never has to be an argument, where every user of the machine could read it.
struct ClientProofOptions: ParsableArguments {
    enum Method: String, CaseIterable, ExpressibleByArgument {
        case basic = "client_secret_basic"
        case post = "client_secret_post"
        case assertion = "private_key_jwt"
        case none
    }

    @Option(help: ArgumentHelp("The client_id (for introspect: of the resource).", valueName: "id"))
    var clientID: String

    @Option(
        help: ArgumentHelp(
            "client_secret_basic, client_secret_post, private_key_jwt or none. Default: by what is given.",
            valueName: "method"))
    var authentication: Method?

    @Option(
        help: ArgumentHelp(
            "A file with the secret, or - for standard input. Default: the variable TESSERA_CLIENT_SECRET.",
            valueName: "file"))
    var secretFile: String?

    @Option(help: ArgumentHelp("Another environment variable with the secret.", valueName: "name"))
    var secretVariable = ConfigurationInput.clientSecretVariable

    @Option(help: ArgumentHelp("A file with the private JWK for private_key_jwt, mode 0600.", valueName: "file"))
    var key: String?

    func proof() throws -> ClientProof {
        switch authentication ?? guess {
        case .none: return .none(clientID)
        case .basic: return .basic(clientID, try secret())
        case .post: return .post(clientID, try secret())
        case .assertion: return .assertion(clientID, try signingKey())
        }
    }

    private var guess: Method {
        if key != nil { return .assertion }
        let hasSecret = secretFile != nil || ProcessInfo.processInfo.environment[secretVariable] != nil
        return hasSecret ? .basic : .none
    }

    private func secret() throws -> Secret {
        if let secretFile { return Secret(try SecretInput.read(secretFile)) }
        if let value = ProcessInfo.processInfo.environment[secretVariable], !value.isEmpty { return Secret(value) }
        throw CommandFailure(
            .usage, "secret_missing", "there is no client secret",
            fix: "Put it into \(secretVariable), or name a file with --secret-file (- for standard input).")
    }

    private func signingKey() throws -> SigningKey {
        guard let key else {
            throw CommandFailure(.usage, "key_missing", "there is no private key", fix: "Name the JWK with --key.")
        }
        if let facts = FileFacts(key), facts.isReadableByOthers {
            throw CommandFailure(
                .failure, "key_exposed", "others may read \(key) (mode \(facts.modeText))",
                fix: "Run 'chmod 600 \(key)'.")
        }
        guard let bytes = FileManager.default.contents(atPath: key),
            let jwk = try? JSONWebKey(parsing: Array(bytes)), let signing = try? SigningKey(jwk)
        else {
            throw CommandFailure(
                .failure, "key_unusable", "\(key) is no private JWK for ES256, ES384, EdDSA, RS256 or PS256",
                fix: "An RSA key needs the member alg.")
        }
        return signing
    }
}
