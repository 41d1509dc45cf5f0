import Crypto
public import JOSE

/// The signed head of a snapshot: all that is revoked for an audience up to a message of its chain. The entries follow
/// it unsigned, bound by their digest.
///
/// The document is four bytes (the length of the head, in network order), the head as a compact JWS, and the entries.
public struct RevocationSnapshot: Hashable, Sendable {
    /// The `typ` of its header.
    public static let type = "tessera-revocation-snapshot+jwt"
    /// The media type of the whole document.
    public static let mediaType = "application/vnd.tessera.revocations"
    /// Bytes before the head.
    public static let prefixLength = 4

    public var issuer: String
    public var audience: ResourceIndicator
    public var issuedAt: NumericDate
    /// The last message that it includes. It may know of more, which is then said again.
    public var position: RevocationPosition
    /// How many entries follow.
    public var count: Int64
    /// How many bytes they take.
    public var size: Int64
    /// SHA-256 of those bytes.
    public var digest: [UInt8]

    public init(
        of issuer: String, for audience: ResourceIndicator, at position: RevocationPosition,
        entries: RevocationEntriesSummary, issuedAt now: NumericDate
    ) {
        self.issuer = issuer
        self.audience = audience
        issuedAt = now
        self.position = position
        count = Int64(entries.count)
        size = Int64(entries.size)
        digest = entries.digest
    }

    /// The claims to be signed.
    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("iss", issuer)
        writer.member("aud", audience.rawValue)
        writer.member("iat", issuedAt)
        writer.member("feed", position.feed)
        writer.member("seq", position.sequence)
        writer.member("prev", position.link)
        writer.member("count", count)
        writer.member("size", size)
        writer.member("digest", Base64URL.encode(digest))
        writer.endObject()
        return writer.bytes
    }

    /// Reads the claims of a head whose signature and type are proven.
    public init(_ claims: JSONObject) throws(RevocationFormatError) {
        let origin = try RevocationOrigin(claims)
        issuer = origin.issuer
        audience = origin.audience
        issuedAt = origin.issuedAt
        position = try RevocationPosition(claims, lowest: 0)
        guard let count = claims.integer("count"), count >= 0 else { throw .invalidClaim("count") }
        guard let size = claims.integer("size"), size >= 0, size / Int64(RevocationEntry.lengths.ended) >= count else {
            throw .invalidClaim("size")
        }
        guard let digest = claims.string("digest").flatMap({ try? Base64URL.decode($0) }),
            digest.count == SHA256.byteCount
        else { throw .invalidClaim("digest") }
        self.count = count
        self.size = size
        self.digest = digest
    }

    /// What stands before the entries.
    public static func prefix(head: String) -> [UInt8] {
        let length = UInt32(clamping: head.utf8.count)
        return stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: length >> UInt32($0)) }
            + Array(head.utf8)
    }

    /// The length of the head that the first four bytes tell; `nil` if it is none that a reader takes.
    public static func headLength(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count == prefixLength else { return nil }
        var length = 0
        for byte in bytes { length = length << 8 | Int(byte) }
        return (1...CompactJWS.maximumBytes).contains(length) ? length : nil
    }
}

/// What a snapshot's head says of its entries, counted while they are written or read, in whatever pieces they come.
public struct RevocationEntriesSummary: Sendable {
    public private(set) var count = 0
    public private(set) var size = 0
    private var hash = SHA256()
    private var reader = RevocationEntryReader()

    public init() {}

    /// Takes the next piece, and hands on the entries in it.
    public mutating func take(
        _ bytes: [UInt8], _ take: (RevocationEntry) -> Void = { _ in }
    ) throws(RevocationFormatError) {
        hash.update(data: bytes)
        size &+= bytes.count
        defer { count = reader.count }
        try reader.read(bytes[...], take)
    }

    /// Takes the next entries as whoever wrote them has counted them.
    public mutating func append(_ written: [UInt8], count: Int) {
        hash.update(data: written)
        size &+= written.count
        self.count &+= count
    }

    public var digest: [UInt8] { Array(hash.finalize()) }

    /// Whether all the entries that the head announces came, and no other. Nothing is to be used before.
    public func check(against head: RevocationSnapshot) throws(RevocationFormatError) {
        try reader.finish()
        guard Int64(size) == head.size, Int64(count) == head.count else { throw .wrongLength }
        guard digest == head.digest else { throw .wrongDigest }
    }
}
