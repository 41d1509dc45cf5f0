public import JOSE
public import OAuth

/// What the application is registered with at the provider.
public struct RelyingPartyClient: Sendable {
    /// How it proves who it is.
    public enum Authentication: Sendable {
        /// A public client: a program on the person's device.
        case none
        case secretBasic(Secret)
        case secretPost(Secret)
        case privateKey(SigningKey)
    }

    public let id: ClientID
    public let authentication: Authentication
    public let redirectURI: String
    /// The one algorithm that ID tokens and logout tokens for this client are signed with.
    public let idTokenAlgorithm: Algorithm
    /// By how much the two clocks may differ.
    public let clockTolerance: Duration

    public init(
        id: ClientID, authentication: Authentication, redirectURI: String, idTokenAlgorithm: Algorithm = .ES256,
        clockTolerance: Duration = .seconds(60)
    ) {
        self.id = id
        self.authentication = authentication
        self.redirectURI = redirectURI
        self.idTokenAlgorithm = idTokenAlgorithm
        self.clockTolerance = min(max(clockTolerance, .zero), .seconds(600))
    }

    /// Adds what proves the client to a form; returns the `Authorization` header if that is where the proof goes.
    func authenticate(
        _ form: inout FormWriter, for issuer: Issuer, random: SecretGenerator, at now: NumericDate
    ) throws(OAuthClientError) -> Secret? {
        switch authentication {
        case .none:
            form.append("client_id", id.rawValue)
            return nil
        case .secretPost(let secret):
            form.append("client_id", id.rawValue)
            form.append("client_secret", secret.revealedValue)
            return nil
        case .secretBasic(let secret):
            // RFC 6749 §2.3.1: both are form-encoded before they are joined.
            let pair = Self.formEncoded(id.rawValue) + ":" + Self.formEncoded(secret.revealedValue)
            return Secret("Basic " + Self.base64(Array(pair.utf8)))
        case .privateKey(let key):
            form.append("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            form.append("client_assertion", try assertion(key, for: issuer, random: random, at: now).revealedValue)
            return nil
        }
    }

    /// RFC 7523 §3, addressed to the issuer, lest another server's token endpoint could use it.
    private func assertion(
        _ key: SigningKey, for issuer: Issuer, random: SecretGenerator, at now: NumericDate
    ) throws(OAuthClientError) -> Secret {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.member("iss", id.rawValue)
        writer.member("sub", id.rawValue)
        writer.member("aud", issuer.rawValue)
        writer.member("jti", random.identifier())
        writer.member("iat", now)
        writer.member("exp", now + .seconds(60))
        writer.endObject()
        guard let text = try? JWTSigner(key, type: "JWT").sign(writer.bytes) else {
            throw .unavailable("the client's key cannot sign")
        }
        return Secret(text)
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
