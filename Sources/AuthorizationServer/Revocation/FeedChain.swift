import JOSE
import OAuth

/// A signed message, made once for all of its readers.
package final class FeedMessage: Sendable {
    package let sequence: Int64
    /// The compact JWS.
    package let text: String
    /// As an event of a stream (HTML §9.2): id, type and data.
    package let event: [UInt8]

    init(sequence: Int64, feed: String, text: String) {
        self.sequence = sequence
        self.text = text
        event = Array("id: \(feed):\(sequence)\nevent: revocations\ndata: \(text)\n\n".utf8)
    }
}

/// What one resource is told, message after message: its place, the last messages, and who waits for the next.
struct FeedChain: Sendable {
    private(set) var position: RevocationPosition
    /// What has ended and is in no message yet.
    private(set) var pending: [RevocationEntry] = []
    private var kept: [FeedMessage] = []
    private let limit: Int
    private(set) var lastMessage: NumericDate?
    /// When somebody last asked, or was listening.
    var lastUse: NumericDate
    var readers = 0
    var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]

    init(feed: String, keeping limit: Int, at now: NumericDate) {
        position = .start(of: feed)
        self.limit = max(1, limit)
        lastUse = now
    }

    mutating func add(_ entry: RevocationEntry) { pending.append(entry) }

    /// What is to be signed now: a batch of what is pending, or a sign of life.
    ///
    /// A chain that nobody listens to has no heartbeats, but what ends is told all the same: its reader comes back.
    func next(
        of issuer: Issuer, for audience: ResourceIndicator, every heartbeat: Int64, at now: NumericDate
    )
        -> RevocationMessage?
    {
        let isSilent = lastMessage.map { $0 > now || now - $0 >= .seconds(heartbeat) } ?? true
        guard !pending.isEmpty || (readers > 0 && isSilent) else { return nil }
        return RevocationMessage(
            after: position, of: issuer.rawValue, for: audience,
            entries: Array(pending.prefix(Self.entriesPerMessage)), at: now)
    }

    private static let entriesPerMessage = RevocationMessage.maximumEntryBytes / RevocationEntry.lengths.counter

    /// Takes the message that ``next(of:for:every:at:)`` was signed into.
    mutating func append(_ message: RevocationMessage, text: String) {
        guard position.isFollowed(by: message) else { return }
        position = position.after(message, text: text)
        pending.removeFirst(min(pending.count, message.entries.count))
        lastMessage = message.issuedAt
        kept.append(FeedMessage(sequence: message.sequence, feed: message.feed, text: text))
        // Twice the limit at most, so that not every message moves all the others.
        if kept.count >= 2 &* limit { kept.removeFirst(kept.count &- limit) }
    }

    /// The messages after a number, at most so many; `nil` if it is none of this chain, or too long ago.
    func messages(after sequence: Int64, limit: Int) -> ArraySlice<FeedMessage>? {
        guard sequence >= 0, sequence <= position.sequence else { return nil }
        let missed = position.sequence &- sequence
        guard missed <= Int64(min(kept.count, self.limit)) else { return nil }
        return kept.suffix(Int(missed)).prefix(limit)
    }
}
