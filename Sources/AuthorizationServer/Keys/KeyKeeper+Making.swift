import Crypto
import JOSE
import OAuth
import Storage

/// New keys, as they are stored, and what the world is told of all of them.
extension KeyKeeper {
    /// Who wants a change, and from where.
    struct Origin {
        let actor: String
        let caller: Caller?

        init(_ actor: String, _ caller: Caller?) {
            self.actor = actor
            self.caller = caller
        }
        static let system = Origin("system", nil)
    }

    func make(
        _ purpose: KeyRecord.Purpose, announcedAt: NumericDate, activeFrom: NumericDate
    ) throws -> KeyRecord {
        switch purpose {
        case .signing(let algorithm):
            let key = try SigningKey.generate(algorithm, rsaBits: policy.rsaBits)
            let id = KeyID(unchecked: key.id)
            return KeyRecord(
                id: id, purpose: purpose, publicKey: key.verificationKey.jwk.json.jsonText,
                sealedKey: try sealer.seal(key.privateJWK.json.jsonBytes, context: Self.context(id)),
                announcedAt: announcedAt, activeFrom: activeFrom)
        case .feed:
            let key = try SigningKey.generate(.ES256)
            let id = KeyID(unchecked: key.id)
            return KeyRecord(
                id: id, purpose: purpose, publicKey: key.verificationKey.jwk.json.jsonText,
                sealedKey: try sealer.seal(key.privateJWK.json.jsonBytes, context: Self.context(id)),
                announcedAt: announcedAt, activeFrom: activeFrom)
        case .sealing:
            let id = KeyID(unchecked: Base64URL.encode(secrets.nameBytes(SealingKey.idLength)))
            return KeyRecord(
                id: id, purpose: purpose, publicKey: "",
                sealedKey: try sealer.seal(secrets.bytes(32), context: Self.context(id)), announcedAt: announcedAt,
                activeFrom: activeFrom)
        }
    }

    static func context(_ id: KeyID) -> String { "key.sealedKey.\(id)" }

    /// The published key set (RFC 7517 §5): all but what is distrusted, so that no verifier accepts that any longer.
    static func document(of keys: [IssuerSigningKey], maxAge: Int64) -> Document {
        document(of: keys.filter { $0.record.distrustedAt == nil }.map(\.verificationKey), maxAge)
    }

    /// The same of the keys of the revocation feed, which no reader must take for keys of tokens.
    static func document(of keys: [FeedSigningKey], maxAge: Int64) -> Document {
        document(of: keys.filter { $0.record.distrustedAt == nil }.map(\.verificationKey), maxAge)
    }

    private static func document(of keys: [VerificationKey], _ maxAge: Int64) -> Document {
        let set = JWKSet(keys: keys.map(\.jwk))
        let body = set.publicJSON.jsonBytes
        let etag = "\"" + Base64URL.encode(Array(SHA256.hash(data: body)).prefix(12)) + "\""
        return Document(body: body, etag: etag, maxAge: maxAge)
    }
}
