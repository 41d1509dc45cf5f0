import FoundationEssentials
package import JOSE
package import OAuth

/// How this command proves which client it speaks for.
package enum ClientProof: Sendable {
    case none(String)
    case basic(String, Secret)
    case post(String, Secret)
    case assertion(String, SigningKey)

    private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    private static let assertionLifetime = Duration.seconds(60)

    package func add(
        to form: inout [(String, String)], headers: inout [String: String], issuer: String, at now: NumericDate
    ) throws {
        switch self {
        case .none(let id):
            form.append(("client_id", id))
        case .post(let id, let secret):
            form += [("client_id", id), ("client_secret", secret.revealedValue)]
        case .basic(let id, let secret):
            // RFC 6749 §2.3.1: both are form-encoded before they are joined.
            let pair = FormEncoding.encode(id) + ":" + FormEncoding.encode(secret.revealedValue)
            headers["Authorization"] = "Basic " + Data(pair.utf8).base64EncodedString()
        case .assertion(let id, let key):
            form += [
                ("client_id", id), ("client_assertion_type", Self.assertionType),
                ("client_assertion", try Self.assertion(of: id, for: issuer, by: key, at: now)),
            ]
        }
    }

    /// RFC 7523 §3, with the issuer as the only audience, so that no other server can use it.
    private static func assertion(
        of id: String, for issuer: String, by key: SigningKey, at now: NumericDate
    ) throws -> String {
        var claims = JSONObject()
        claims["iss"] = .string(id)
        claims["sub"] = .string(id)
        claims["aud"] = .string(issuer)
        claims["jti"] = .string(SecretGenerator.system.identifier())
        claims["iat"] = .integer(now.secondsSince1970)
        claims["exp"] = .integer((now + assertionLifetime).secondsSince1970)
        return try JWTSigner(key, type: "client-authentication+jwt").sign(claims.jsonBytes)
    }
}
