/// What is wrong with an access token (RFC 9068 §4, RFC 8725). For the log of the API; its caller learns
/// `invalid_token`.
public enum TokenProblem: String, Error, Hashable, Sendable, CaseIterable {
    case malformed, wrongType, unknownKey, wrongSignature, wrongIssuer, wrongAudience
    case expired, fromTheFuture, notYetValid
    /// The issuer was asked, and says so (RFC 7662 §2.2).
    case inactive
    /// It ended before its time.
    case revoked
    /// Bound to a key that only its client has (`cnf`, RFC 7800 §3.1), which nothing here can ask a proof of.
    case senderConstrained
}
