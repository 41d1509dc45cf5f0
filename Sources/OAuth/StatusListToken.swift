public import JOSE

/// What a status list token says (draft-ietf-oauth-status-list §5.1): the statuses of many tokens, compressed.
public struct StatusListToken: Hashable, Sendable {
    /// The `typ` of its header, by which it is never taken for a token of access.
    public static let type = "statuslist+jwt"
    public static let mediaType = "application/statuslist+jwt"

    public let issuer: String
    /// The address of the list.
    public let subject: String
    public let issuedAt: NumericDate
    public let expiresAt: NumericDate
    /// Seconds that a verifier may keep it.
    public let timeToLive: Int64
    /// One bit for each index, in the ZLIB format (RFC 1950).
    public let compressed: [UInt8]

    public init(
        issuer: String, subject: String, issuedAt: NumericDate, expiresAt: NumericDate, timeToLive: Int64,
        compressed: [UInt8]
    ) {
        self.issuer = issuer
        self.subject = subject
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.timeToLive = timeToLive
        self.compressed = compressed
    }

    /// The claims to be signed.
    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 256 + compressed.count * 4 / 3)
        writer.beginObject()
        writer.member("iss", issuer)
        writer.member("sub", subject)
        writer.member("iat", issuedAt)
        writer.member("exp", expiresAt)
        writer.member("ttl", timeToLive)
        writer.member("status_list") { list in
            list.beginObject()
            list.member("bits", 1)
            list.member("lst", Base64URL.encode(compressed))
            list.endObject()
        }
        writer.endObject()
        return writer.bytes
    }
}
