public import JOSE

/// How a client or a protected resource proves who it is when it asks the issuer (RFC 6749 §2.3, RFC 7523 §2.2).
public enum ClientAuthentication: Sendable {
    /// A public client: a program on the person's device.
    case none
    case secretBasic(Secret)
    case secretPost(Secret)
    case privateKey(SigningKey)

    /// An assertion is used at once.
    static let assertionLifetime = Duration.seconds(60)

    /// Adds the proof to a form; returns the `Authorization` field if that is where the proof goes.
    public func prove(
        _ id: ClientID, to issuer: Issuer, in form: inout FormWriter, random: SecretGenerator, at now: NumericDate
    ) throws(JOSEError) -> Secret? {
        switch self {
        case .none:
            form.append("client_id", id.rawValue)
            return nil
        case .secretPost(let secret):
            form.append("client_id", id.rawValue)
            form.append("client_secret", secret.revealedValue)
            return nil
        case .secretBasic(let secret): return Self.basic(id, secret)
        case .privateKey(let key):
            form.append("client_assertion_type", ClientCredentials.assertionType)
            let assertion = try Self.assertion(of: id, key, to: issuer, jti: random.identifier(), at: now)
            form.append("client_assertion", assertion)
            return nil
        }
    }

    /// RFC 6749 §2.3.1: both are form-encoded before they are joined.
    public static func basic(_ id: ClientID, _ secret: Secret) -> Secret {
        let pair = formEncoded(id.rawValue) + ":" + formEncoded(secret.revealedValue)
        return Secret("Basic " + base64(Array(pair.utf8)))
    }

    /// RFC 7523 §3, addressed to the issuer, lest another server's token endpoint could use it.
    private static func assertion(
        of id: ClientID, _ key: SigningKey, to issuer: Issuer, jti: String, at now: NumericDate
    ) throws(JOSEError) -> String {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.member("iss", id.rawValue)
        writer.member("sub", id.rawValue)
        writer.member("aud", issuer.rawValue)
        writer.member("jti", jti)
        writer.member("iat", now)
        writer.member("exp", now + assertionLifetime)
        writer.endObject()
        return try JWTSigner(key, type: "JWT").sign(writer.bytes)
    }

    private static func formEncoded(_ text: String) -> String {
        var form = FormWriter()
        form.append("", text)
        return String(form.text.dropFirst())
    }

    /// Base64 with padding (RFC 4648 §4), as HTTP Basic wants it.
    private static func base64(_ bytes: [UInt8]) -> String {
        let text = Base64URL.encodeBytes(bytes).map { byte -> UInt8 in
            switch byte {
            case 0x2D: 0x2B
            case 0x5F: 0x2F
            default: byte
            }
        }
        let padding = [UInt8](repeating: 0x3D, count: (4 - text.count % 4) % 4)
        return String(decoding: text + padding, as: UTF8.self)
    }
}
