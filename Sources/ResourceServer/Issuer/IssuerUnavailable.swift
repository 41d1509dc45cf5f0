/// What the issuer has to say about a token cannot be had now, so that nobody can judge it: an answer of its own,
/// neither yes nor no.
public struct IssuerUnavailable: Error, Hashable, Sendable {
    /// Plain text without addresses or secrets.
    public let reason: String

    public init(_ reason: String) { self.reason = reason }
}
