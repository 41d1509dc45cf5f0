package import JOSE
import OAuth

/// A signed message, made once for all of its readers.
package final class FeedMessage: Sendable {
    package let sequence: Int64
    package let issuedAt: NumericDate
    /// As an event of a stream (HTML §9.2): id, type and data.
    package let event: [UInt8]
    private let textStart: Int

    init(_ message: RevocationMessage, text: String) {
        sequence = message.sequence
        issuedAt = message.issuedAt
        let head = Array("id: \(message.feed):\(message.sequence)\nevent: revocations\ndata: ".utf8)
        textStart = head.count
        event = head + Array(text.utf8) + [0x0A, 0x0A]
    }

    /// The compact JWS.
    package var text: String { String(decoding: event[textStart...].dropLast(2), as: UTF8.self) }
}

/// What one resource is told, message after message: its place, the last messages, and who waits for the next.
struct FeedChain: Sendable {
    private(set) var position: RevocationPosition
    /// By which names the resource is told.
    let naming: RevocationNaming
    /// What has ended, under the issuer's names; what stands before ``told`` is in a message already.
    private var pending: [RevocationEntry] = []
    private var told = 0
    private var kept: [FeedMessage] = []
    private var keptBytes = 0
    private let limit: Int
    private(set) var lastMessage: NumericDate?
    /// When somebody last asked, or was listening.
    var lastUse: NumericDate
    var readers = 0
    /// Moves on when readers have to prove anew who they are.
    private(set) var term: UInt64 = 0
    /// The last message for readers of former terms.
    private(set) var lastOfFormer: Int64 = 0
    var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]

    init(feed: String, for resource: ResourceIndicator, keeping limit: Int, at now: NumericDate) {
        position = .start(of: feed)
        naming = RevocationNaming(at: resource)
        self.limit = max(1, limit)
        lastUse = now
    }

    mutating func add(_ entry: RevocationEntry) { pending.append(entry) }

    /// What is to be signed now: a batch of what is pending, or a sign of life. Its entries are still to be told by the
    /// names of the resource.
    ///
    /// A chain that nobody listens to has no heartbeats, but what ends is told all the same: its reader comes back.
    func next(
        of issuer: Issuer, for audience: ResourceIndicator, every heartbeat: Int64, at now: NumericDate
    ) -> RevocationMessage? {
        let isSilent = lastMessage.map { $0 > now || now - $0 >= .seconds(heartbeat) } ?? true
        guard told < pending.count || (readers > 0 && isSilent) else { return nil }
        return RevocationMessage(
            after: position, of: issuer.rawValue, for: audience,
            entries: Array(pending[told...].prefix(Self.entriesPerMessage)), at: now)
    }

    /// Ends all readers, behind what is to be told already: the end of the resource's own tokens may be among that. One
    /// message more, since one may be under way that holds less of it.
    mutating func endReaders() {
        let messages = Int64((pending.count &- told &+ Self.entriesPerMessage &- 1) / Self.entriesPerMessage)
        term &+= 1
        lastOfFormer = position.sequence &+ messages &+ 1
    }

    private static let entriesPerMessage = RevocationMessage.maximumEntryBytes / RevocationEntry.lengths.counter

    /// Takes the message that ``next(of:for:every:at:)`` was signed into.
    mutating func append(_ message: RevocationMessage, text: String) {
        guard position.isFollowed(by: message) else { return }
        position = position.after(message, text: text)
        told = min(pending.count, told &+ message.entries.count)
        // All at once where that moves few: however much waits, each entry is moved once or twice.
        if told >= pending.count &- told {
            pending.removeFirst(told)
            told = 0
        }
        lastMessage = message.issuedAt
        let sent = FeedMessage(message, text: text)
        kept.append(sent)
        keptBytes &+= sent.event.count
        var surplus = 0
        while kept.count &- surplus > limit || (keptBytes > Self.mostBytesKept && kept.count &- surplus > 1) {
            keptBytes &-= kept[surplus].event.count
            surplus &+= 1
        }
        kept.removeFirst(surplus)
    }

    /// Bytes of messages that are kept, whatever their number.
    private static let mostBytesKept = 4 << 20

    /// The messages after a number, at most so many; `nil` if it is none of this chain, or too long ago.
    func messages(after sequence: Int64, limit: Int) -> ArraySlice<FeedMessage>? {
        guard sequence >= 0, sequence <= position.sequence else { return nil }
        let missed = position.sequence &- sequence
        guard missed <= Int64(kept.count) else { return nil }
        return kept.suffix(Int(missed)).prefix(limit)
    }
}
