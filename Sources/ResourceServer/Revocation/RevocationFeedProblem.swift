/// Why something that came over a revocation feed was not believed, or nothing came. For logs and health reports.
public enum RevocationFeedProblem: String, Error, Hashable, Sendable, CaseIterable {
    /// No signed message of the form that was asked for.
    case malformed
    /// A signature of the issuer over something else, such as a token.
    case wrongType = "wrong-type"
    /// No key of the feed has this name or this algorithm.
    case unknownKey = "unknown-key"
    case wrongSignature = "wrong-signature"
    case wrongIssuer = "wrong-issuer"
    /// Meant for another resource.
    case wrongAudience = "wrong-audience"
    case fromTheFuture = "from-the-future"
    /// Older than something that this issuer has said before.
    case wentBack = "went-back"
    /// A message that was taken already.
    case repeated
    /// A message is missing.
    case gap
    /// The message follows on another one than the last.
    case brokenLink = "broken-link"
    /// Another chain has begun.
    case otherFeed = "other-feed"
    /// The entries of a snapshot are not those that were signed.
    case wrongEntries = "wrong-entries"
    /// Longer than this reader takes.
    case tooLarge = "too-large"
    /// More entries than this reader has room for.
    case tooManyEntries = "too-many-entries"
    /// The keys of the feed cannot be had.
    case keysUnavailable = "keys-unavailable"
    /// No connection, or it ended.
    case unreachable
    /// The connection stands, and nothing comes.
    case silent
    /// The issuer did not let this reader in.
    case unauthorized
    /// The issuer no longer has what follows on the last message.
    case tooFarBehind = "too-far-behind"
    /// The issuer gave another answer than one with content.
    case noAnswer = "no-answer"

    /// Whether the chain is lost, so that only a snapshot helps.
    var losesChain: Bool {
        switch self {
        case .gap, .brokenLink, .otherFeed, .tooFarBehind, .tooManyEntries: true
        default: false
        }
    }
}
