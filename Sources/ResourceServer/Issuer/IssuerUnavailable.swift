/// What the issuer has to say about a token cannot be had now, so that nobody can judge it: an answer of its own,
/// neither yes nor no.
public struct IssuerUnavailable: Error, Hashable, Sendable {
    /// Plain text without addresses or secrets.
    public let reason: String

    public init(_ reason: String) { self.reason = reason }

    /// The issuer's last word about revocations is older than the bound, or has not been heard yet.
    public static let revocationsStale = IssuerUnavailable("the last word about revocations is too old")
}
