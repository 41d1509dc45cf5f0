package import JOSE

/// What expires, and how long the rest is kept.
package struct Retention: Hashable, Sendable {
    /// Seconds.
    package var audit: Int64
    /// Seconds.
    package var usage: Int64
    package init(audit: Int64 = 400 * 86_400, usage: Int64 = 400 * 86_400) {
        self.audit = audit
        self.usage = usage
    }
}

/// Removal of what has expired, in small steps that never hold up others for long.
package protocol UpkeepStore: Sendable {
    /// Deletes at most `limit` rows of each kind: replay claims and revoked tokens whose expiry is not after `now`, audit
    /// events and usage older than `retention`, grants revoked longer than the audit retention. Returns how many went; 0 means clean.
    func sweep(at now: NumericDate, keeping retention: Retention, limit: Int) async throws -> Int
    /// Throws unless the store can read and durably write right now.
    func checkHealth() async throws
}
