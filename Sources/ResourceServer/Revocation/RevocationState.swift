import JOSE
public import OAuth

/// How current a reader of revocations is and what it does about it: for health reports and logs.
public struct RevocationState: Hashable, Sendable, CustomStringConvertible {
    /// How the messages come.
    public enum Connection: String, Hashable, Sendable { case none, events, polling }

    /// What counts while the issuer's last word is older than ``bound``.
    public let mode: StaleMode
    public let bound: Duration
    /// How old the issuer's last word is; `nil` if it has said nothing yet.
    public let age: Duration?
    /// The last message that was taken, or that the last snapshot includes.
    public let position: RevocationPosition?
    public let connection: Connection
    /// Names that are known to be revoked, and what they take in memory.
    public let entries: Int
    public let bytes: Int
    /// Messages and snapshots that were taken, and what was refused or did not come.
    public let accepted: Int
    public let refused: Int
    /// Why, the last time.
    public let lastProblem: RevocationFeedProblem?

    /// Whether what is known is recent enough to say that a token was not revoked.
    public var isCurrent: Bool { age.map { $0 <= bound } ?? false }

    public var description: String {
        let reason = lastProblem.map { ", last problem \($0.rawValue)" } ?? ""
        guard let age else { return "revocations unknown so far: \(consequence)\(reason)" }
        let seconds = age.components.seconds
        guard isCurrent else {
            return "revocations stale: the issuer's last word is \(seconds) s old, the bound is "
                + "\(bound.components.seconds) s: \(consequence)\(reason)"
        }
        let way = connection == .none ? "not connected" : "by \(connection.rawValue)"
        return "revocations current: \(seconds) s old, \(entries) entries, message \(position?.sequence ?? 0), \(way)"
    }

    private var consequence: String {
        switch mode {
        case .refuse: "every token is refused"
        case .introspect: "the issuer is asked about each token"
        case .acceptUntilExpiry: "tokens are accepted until they expire"
        }
    }

    /// A JSON object for a health endpoint.
    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.member("state", age == nil ? "unknown" : isCurrent ? "current" : "stale")
        writer.member("mode", mode.rawValue)
        writer.member("bound_seconds", bound.components.seconds)
        if let age { writer.member("age_seconds", age.components.seconds) }
        writer.member("connection", connection.rawValue)
        if let position {
            writer.member("feed", position.feed)
            writer.member("sequence", position.sequence)
        }
        writer.member("entries", Int64(entries))
        writer.member("bytes", Int64(bytes))
        writer.member("accepted", Int64(accepted))
        writer.member("refused", Int64(refused))
        writer.member("last_problem", lastProblem?.rawValue)
        writer.endObject()
        return writer.bytes
    }
}
