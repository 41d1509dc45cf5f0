import JOSE
import OAuth

/// A key with which a client proves who it is, as it publishes it.
struct RelyingPartyKey {
    private let key: SigningKey

    init() throws { key = try SigningKey.generate(.ES256) }

    /// The document at `jwks_uri`.
    var set: String {
        String(decoding: JWKSet(keys: [key.verificationKey.jwk]).publicJSON.jsonBytes, as: UTF8.self)
    }

    func assertion(of client: String, for audience: String, at now: NumericDate) throws -> String {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.member("iss", client)
        writer.member("sub", client)
        writer.member("aud", audience)
        writer.member("jti", SecretGenerator.system.identifier())
        writer.member("iat", now)
        writer.member("exp", now + .seconds(60))
        writer.endObject()
        return try JWTSigner(key, type: "JWT").sign(writer.bytes)
    }
}
