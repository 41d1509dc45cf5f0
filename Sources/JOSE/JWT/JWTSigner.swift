/// Signs claims of one type with one key; the header never changes and is encoded only once. A class, because every request
/// would otherwise copy all that a key holds.
public final class JWTSigner: Sendable {
    private let key: SigningKey
    private let prefix: [UInt8]
    /// `nil` only if it could not be read back, which would leave nothing but the long way.
    private let header: JOSEHeader?

    public init(_ key: SigningKey, type: String) {
        self.key = key
        var writer = JSONWriter(capacity: 128)
        writer.beginObject()
        writer.member("alg", key.algorithm.rawValue)
        writer.member("typ", type)
        writer.member("kid", key.id)
        writer.endObject()
        prefix = Base64URL.encodeBytes(writer.bytes) + [UInt8(ascii: ".")]
        header = try? JOSEHeader(parsing: writer.bytes)
    }

    /// The token, if its header is byte for byte the one that this signer writes: what such a header says is known, and
    /// reading it again for each token would cost more than comparing it. Proves nothing; `nil` says nothing either.
    public func recognise(_ compact: String) throws(JOSEError) -> UnverifiedJWT? {
        guard let header else { return nil }
        return try UnverifiedJWT(compact, beginning: prefix, header)
    }

    /// Takes the claims as JSON, which it does not check.
    public func sign(_ claims: [UInt8]) throws(JOSEError) -> String {
        var token: [UInt8] = []
        // Room for the signature, which is the longest part only with RSA.
        let room =
            switch key.algorithm {
            case .ES256, .EdDSA: 88
            case .ES384: 130
            case .RS256, .PS256: 700
            }
        token.reserveCapacity(prefix.count + claims.count * 4 / 3 + room)
        token.append(contentsOf: prefix)
        Base64URL.append(claims, to: &token)
        let signature = try key.signature(for: token)
        token.append(UInt8(ascii: "."))
        Base64URL.append(signature, to: &token)
        return String(decoding: token, as: UTF8.self)
    }
}
