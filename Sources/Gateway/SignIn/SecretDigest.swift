import Crypto
import JOSE
import OAuth

/// What the gateway keeps of a secret in a cookie: enough to know it again, and nothing to use it with.
struct SecretDigest: Hashable, Sendable {
    private let bytes: [UInt8]

    init(_ secret: Secret) { bytes = SHA256.hash(utf8: secret.revealedValue).bytes }

    /// A cookie's value, if it has the shape of what this gateway sets.
    static func secret(_ value: String?, _ kind: SecretKind) -> Secret? {
        guard let value, value.utf8.starts(with: kind.rawValue.utf8), value.utf8.count <= 64,
            let bytes = try? Base64URL.decode(utf8: value.utf8.dropFirst(kind.rawValue.utf8.count)),
            bytes.count == 32
        else { return nil }
        return Secret(value)
    }
}
