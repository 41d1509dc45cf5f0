package import JOSE
package import OAuth

/// Decides what of a feed is believed, and in which order: a value, so that every order can be tried.
///
/// It is given only what a key of the feed has signed. What it refuses leaves it as it was.
package struct RevocationChain: Hashable, Sendable {
    package let issuer: Issuer
    package let audience: ResourceIndicator
    /// How far the issuer's clock may be ahead.
    package let tolerance: Duration
    /// The last message that was taken, or that the last snapshot includes; `nil` before the first snapshot.
    package private(set) var position: RevocationPosition?
    /// The latest time that the issuer has put on anything.
    package private(set) var issuedAt: NumericDate?

    package init(issuer: Issuer, audience: ResourceIndicator, tolerance: Duration) {
        self.issuer = issuer
        self.audience = audience
        self.tolerance = tolerance
    }

    /// Takes the next message.
    /// - Parameter text: the message as it arrived, on which the next one follows.
    package mutating func accept(
        _ message: RevocationMessage, text: String, at now: NumericDate
    ) throws(RevocationFeedProblem) {
        try check(message.issuer, message.audience)
        // Without a whole to add to, an addition is worth nothing.
        guard let position else { throw .gap }
        guard message.feed.utf8.elementsEqual(position.feed.utf8) else { throw .otherFeed }
        guard message.sequence > position.sequence else { throw .repeated }
        guard message.sequence == position.sequence &+ 1 else { throw .gap }
        guard position.isFollowed(by: message) else { throw .brokenLink }
        try check(message.issuedAt, at: now)
        self.position = position.after(message, text: text)
        issuedAt = message.issuedAt
    }

    /// Begins anew where a snapshot ends. Its entries must have been compared with its digest.
    package mutating func accept(_ snapshot: RevocationSnapshot, at now: NumericDate) throws(RevocationFeedProblem) {
        try check(snapshot, at: now)
        position = snapshot.position
        issuedAt = snapshot.issuedAt
    }

    /// Whether the snapshot could be taken. One that was seen before, or a chain that has ended, is older than what is
    /// known already; one of the same chain never goes back in it, either.
    package func check(_ snapshot: RevocationSnapshot, at now: NumericDate) throws(RevocationFeedProblem) {
        try check(snapshot.issuer, snapshot.audience)
        try check(snapshot.issuedAt, at: now)
        guard let position, position.feed.utf8.elementsEqual(snapshot.position.feed.utf8) else { return }
        guard snapshot.position.sequence >= position.sequence else { throw .wentBack }
        guard snapshot.position.sequence > position.sequence || snapshot.position == position else {
            throw .brokenLink
        }
    }

    private func check(_ issuer: String, _ audience: ResourceIndicator) throws(RevocationFeedProblem) {
        guard issuer.utf8.elementsEqual(self.issuer.rawValue.utf8) else { throw .wrongIssuer }
        guard audience.rawValue.utf8.elementsEqual(self.audience.rawValue.utf8) else { throw .wrongAudience }
    }

    private func check(_ time: NumericDate, at now: NumericDate) throws(RevocationFeedProblem) {
        guard time <= now + tolerance else { throw .fromTheFuture }
        if let issuedAt, time < issuedAt { throw .wentBack }
    }
}
