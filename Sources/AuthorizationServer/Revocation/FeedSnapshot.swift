package import OAuth

/// All that has ended for one resource, ready to be sent: the signed head, and pieces that later snapshots share.
package struct FeedSnapshot: Sendable {
    package let head: RevocationSnapshot
    /// What stands before the entries, the head among it.
    package let prefix: [UInt8]
    let parts: [Part]
    let version: Version
    let keyID: String

    /// A piece of the log, and what the resource is told of it.
    struct Part: Sendable {
        let source: FeedLog.Piece
        let told: FeedLog.Piece
    }

    /// Which entries it has.
    struct Version: Hashable, Sendable {
        let common: UInt64
        let placed: UInt64
        let own: UInt64
    }

    package var pieces: [FeedLog.Piece] { parts.map(\.told).filter { $0.count > 0 } }

    /// Bytes of the whole document.
    package var length: Int { prefix.count &+ Int(clamping: head.size) }

    /// All of it at once.
    package var bytes: [UInt8] {
        var bytes = prefix
        bytes.reserveCapacity(length)
        for part in parts { bytes.append(contentsOf: part.told.bytes) }
        return bytes
    }
}
