import Crypto

/// Names a key by the hash of its required members, so that the same key has the same name everywhere (RFC 7638 §3).
enum Thumbprint {
    static func sha256(of key: JSONWebKey) -> String {
        Base64URL.encode(Array(SHA256.hash(data: input(for: key))))
    }

    /// The required members in lexicographic order without white space (RFC 7638 §3.2, RFC 8037 §2).
    private static func input(for key: JSONWebKey) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        switch key.numbers {
        case .p256(let x, let y, _), .p384(let x, let y, _):
            writer.member("crv", key.curve)
            writer.member("kty", key.keyType)
            writer.member("x", Base64URL.encode(x))
            writer.member("y", Base64URL.encode(y))
        case .ed25519(let x, _):
            writer.member("crv", key.curve)
            writer.member("kty", key.keyType)
            writer.member("x", Base64URL.encode(x))
        case .rsa(let n, let e, _):
            writer.member("e", Base64URL.encode(e))
            writer.member("kty", key.keyType)
            writer.member("n", Base64URL.encode(n))
        }
        writer.endObject()
        return writer.bytes
    }
}
