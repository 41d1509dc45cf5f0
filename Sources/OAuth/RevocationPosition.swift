import Crypto
import JOSE

/// Where in a chain of the revocation feed its reader stands: which message was the last.
public struct RevocationPosition: Hashable, Sendable {
    /// The random name of the chain; another one means that it was begun anew.
    public let feed: String
    /// The number of the last message; 0 before the first.
    public let sequence: Int64
    /// The link that the next message carries as `prev`: the digest of the last message, or of the chain's name.
    public let link: String

    public init(feed: String, sequence: Int64, link: String) {
        self.feed = feed
        self.sequence = sequence
        self.link = link
    }

    /// Before the first message of a chain.
    public static func start(of feed: String) -> RevocationPosition {
        RevocationPosition(feed: feed, sequence: 0, link: link(to: feed))
    }

    /// After a message, given as the very text that was signed.
    ///
    /// Whoever can change the text of a message without breaking its signature (ECDSA allows it) breaks the chain.
    public func after(_ message: RevocationMessage, text: String) -> RevocationPosition {
        RevocationPosition(feed: message.feed, sequence: message.sequence, link: Self.link(to: text))
    }

    /// Whether the message is the next one of this chain.
    public func isFollowed(by message: RevocationMessage) -> Bool {
        sequence < Int64.max && message.sequence == sequence &+ 1 && message.feed.hasSameBytes(as: feed)
            && message.previous.hasSameBytes(as: link)
    }

    static func link(to text: String) -> String { Base64URL.encode(SHA256.hash(utf8: text).bytes) }

    /// Reads `feed`, `seq` and `prev`, whose form must be ours.
    init(_ claims: JSONObject, lowest: Int64) throws(RevocationFormatError) {
        guard let feed = claims.string("feed"), Self.isName(feed) else { throw .invalidClaim("feed") }
        guard let sequence = claims.integer("seq"), sequence >= lowest else { throw .invalidClaim("seq") }
        guard let link = claims.string("prev"), (try? Base64URL.decode(link))?.count == SHA256.byteCount else {
            throw .invalidClaim("prev")
        }
        self.init(feed: feed, sequence: sequence, link: link)
    }

    /// 128 bits as base64url: no character that a line of an event stream or a query gives a meaning.
    public static func isName(_ feed: String) -> Bool { (try? Base64URL.decode(feed))?.count == 16 }

    /// The form in which an event stream carries it (`id`, `Last-Event-ID`); without the link.
    public var eventID: String { "\(feed):\(sequence)" }

    /// Reads an event's id; `nil` if it is none of ours.
    public static func parse(eventID text: String) -> (feed: String, sequence: Int64)? {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 2, let feed = String(parts[0]), let digits = String(parts[1]), isName(feed),
            let sequence = Int64(digits), sequence >= 0, "\(sequence)" == digits
        else { return nil }
        return (feed, sequence)
    }
}

extension String {
    fileprivate func hasSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
