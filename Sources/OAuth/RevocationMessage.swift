public import JOSE

/// One message of a chain of the revocation feed: what ended since the one before, or a sign of life.
///
/// It is signed as a compact JWS with ES256 by a key of the feed, and bound to the message before by that one's digest.
public struct RevocationMessage: Hashable, Sendable {
    /// The `typ` of its header, by which none is taken for a token, nor a token for one.
    public static let type = "tessera-revocations+jwt"
    /// Bytes of entries in one message: encoded twice they stay below what any signed message may take.
    public static let maximumEntryBytes = 7 * 1024

    public var issuer: String
    /// The resource whose tokens the chain is about.
    public var audience: ResourceIndicator
    public var issuedAt: NumericDate
    public var feed: String
    /// From 1, without gaps.
    public var sequence: Int64
    /// The digest of the message before; of the first one that of ``feed``.
    public var previous: String
    /// Empty in a heartbeat.
    public var entries: [RevocationEntry]

    /// The message that follows on `position`.
    public init(
        after position: RevocationPosition, of issuer: String, for audience: ResourceIndicator,
        entries: [RevocationEntry] = [], at now: NumericDate
    ) {
        self.issuer = issuer
        self.audience = audience
        issuedAt = now
        feed = position.feed
        sequence = position.sequence &+ 1
        previous = position.link
        self.entries = entries
    }

    /// The claims to be signed.
    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 384 + entries.count * 40)
        writer.beginObject()
        writer.member("iss", issuer)
        writer.member("aud", audience.rawValue)
        writer.member("iat", issuedAt)
        writer.member("feed", feed)
        writer.member("seq", sequence)
        writer.member("prev", previous)
        if !entries.isEmpty {
            var bytes: [UInt8] = []
            for entry in entries { entry.append(to: &bytes) }
            writer.member("entries", Base64URL.encode(bytes))
        }
        writer.endObject()
        return writer.bytes
    }

    /// Reads the claims of a message whose signature and type are proven; whether it is the one that the reader waits
    /// for, its issuer, audience, age and ``RevocationPosition/isFollowed(by:)`` tell.
    public init(_ claims: JSONObject) throws(RevocationFormatError) {
        let origin = try RevocationOrigin(claims)
        let position = try RevocationPosition(claims, lowest: 1)
        issuer = origin.issuer
        audience = origin.audience
        issuedAt = origin.issuedAt
        feed = position.feed
        sequence = position.sequence
        previous = position.link
        entries = try Self.entries(claims)
    }

    private static func entries(_ claims: JSONObject) throws(RevocationFormatError) -> [RevocationEntry] {
        guard let value = claims["entries"] else { return [] }
        guard let text = value.string, let bytes = try? Base64URL.decode(text), !bytes.isEmpty,
            bytes.count <= maximumEntryBytes
        else { throw .invalidClaim("entries") }
        return try RevocationEntryReader.entries(bytes[...])
    }
}

/// Who says it, to whom and when: what messages and snapshots begin with.
struct RevocationOrigin {
    let issuer: String
    let audience: ResourceIndicator
    let issuedAt: NumericDate

    init(_ claims: JSONObject) throws(RevocationFormatError) {
        guard let issuer = claims.string("iss"), !issuer.isEmpty else { throw .invalidClaim("iss") }
        guard let text = claims.string("aud"), let audience = try? ResourceIndicator(text) else {
            throw .invalidClaim("aud")
        }
        guard let issuedAt = claims.date("iat"), issuedAt.secondsSince1970 >= 0 else { throw .invalidClaim("iat") }
        self.issuer = issuer
        self.audience = audience
        self.issuedAt = issuedAt
    }
}
