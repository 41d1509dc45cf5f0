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

extension Retention {
    /// Seconds for which ended authorizations and spent codes are remembered: longer than any access token lives.
    package static let aftermath: Int64 = 86_400
    /// Seconds for which API keys that are over are still shown: longer than ``aftermath``.
    package static let keys: Int64 = 30 * 86_400
    /// Seconds for which a status list that has no index left is still served: longer than any token that names it lives.
    package static let statusLists: Int64 = 90_000
}

/// Removal of what has expired, in small steps that never hold up others for long.
package protocol UpkeepStore: Sendable {
    /// Deletes at most `limit` rows of each kind: replay claims and revoked tokens whose expiry is not after `now`,
    /// audit events and usage older than `retention`, grants revoked longer than the audit retention. Of people:
    ///
    /// * waiting requests, mails, alarms, logout tokens, initial access tokens and sessions at their expiry; links too, but not
    ///   within an hour of their making;
    /// * authorizations whose code was never spent a day after its expiry: nothing hangs from them;
    /// * accounts that nobody has taken up, with their links, at ``User/expiresAt``;
    /// * codes a day after their expiry, so that a replay is still seen while what was bought with them lives;
    /// * ended sessions a day after their end; authorizations a day after their end or expiry;
    /// * API keys 30 days after their end or expiry;
    /// * refresh families, with their authorization, at ``RefreshFamily/sweepDay``.
    ///
    /// Entries of status lists that were closed ``Retention/statusLists`` seconds ago, and the lists when they are empty.
    ///
    /// Returns how many went; 0 means clean.
    func sweep(at now: NumericDate, keeping retention: Retention, limit: Int) async throws -> Int
    /// Throws unless the store can read and durably write right now.
    func checkHealth() async throws
}
