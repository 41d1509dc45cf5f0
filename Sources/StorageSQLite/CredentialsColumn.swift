import JOSE
import OAuth
import Storage

/// Credentials as the JSON text of one column: they are read and replaced only as a whole.
struct CredentialsColumn {
    let credentials: RegisteredCredentials

    init(_ credentials: RegisteredCredentials) { self.credentials = credentials }

    /// `nil` if the text is not what ``text`` writes.
    init?(text: String) {
        guard let json = try? JSONObject(parsing: Array(text.utf8), limits: .column),
            let method = json.string("method").flatMap(AuthenticationMethod.init(rawValue:)),
            let secrets = json["secrets"]?.array
        else { return nil }
        var credentials = RegisteredCredentials(method: method)
        for secret in secrets {
            guard let secret = secret.object.flatMap(Self.secret) else { return nil }
            credentials.secrets.append(secret)
        }
        if let stored = json["jwks"] {
            // A reader of key sets leaves out keys that it cannot use; a key that we stored must not vanish so.
            guard let object = stored.object, let keySet = try? JWKSet(object),
                keySet.keys.count == object["keys"]?.array?.count
            else { return nil }
            credentials.keySet = keySet
        }
        if let url = json["jwks_uri"] {
            guard let url = url.string else { return nil }
            credentials.keySetURL = url
        }
        if let name = json["assertion_algorithm"] {
            guard let algorithm = name.string.flatMap(Algorithm.init(rawValue:)) else { return nil }
            credentials.assertionAlgorithm = algorithm
        }
        self.credentials = credentials
    }

    private static func secret(_ json: JSONObject) -> StoredSecret? {
        guard let id = json.string("id"), let hash = json.string("sha256"),
            let bytes = try? Base64URL.decode(hash), let hash = TokenHash(bytes: bytes),
            let created = json.integer("created_at")
        else { return nil }
        guard json["expires_at"] == nil || json.integer("expires_at") != nil else { return nil }
        return StoredSecret(
            id: id, hash: hash, createdAt: NumericDate(secondsSince1970: created),
            expiresAt: json.integer("expires_at").map { NumericDate(secondsSince1970: $0) })
    }

    var text: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("method", credentials.method.rawValue)
        writer.name("secrets")
        writer.beginArray()
        for secret in credentials.secrets { write(secret, to: &writer) }
        writer.endArray()
        // Public members only: nobody's private key belongs here.
        if let keySet = credentials.keySet { writer.member("jwks", keySet.publicJSON) }
        writer.member("jwks_uri", credentials.keySetURL)
        writer.member("assertion_algorithm", credentials.assertionAlgorithm?.rawValue)
        writer.endObject()
        return writer.text
    }

    private func write(_ secret: StoredSecret, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", secret.id)
        writer.member("sha256", Base64URL.encode(secret.hash.bytes))
        writer.member("created_at", secret.createdAt)
        if let expiresAt = secret.expiresAt { writer.member("expires_at", expiresAt) }
        writer.endObject()
    }
}

extension StoredRow {
    func credentials(_ column: String) throws -> RegisteredCredentials {
        guard let stored = CredentialsColumn(text: try text(column)) else { throw damaged(column) }
        return stored.credentials
    }
}
