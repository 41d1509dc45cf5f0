package import JOSE

/// How old the issuer's last word is, told by three clocks so that none of them can make it younger than it is.
///
/// A clock that only counts (`uptime`) says how long ago the issuer's clock stood where its latest word put it. That
/// does not jump. The calendar clock adds what the counting one may have slept through, less the tolerance between two
/// clocks; it can make the word older only, and once it has, going back does not undo it before the issuer speaks again.
package struct RevocationFreshness: Hashable, Sendable {
    private let tolerance: Duration
    private var issuedAt: NumericDate?
    /// Of the issuer's time less our uptime the highest ever seen, in seconds since 1970.
    private var lead = Duration.zero
    private var latestNow: NumericDate?

    package init(tolerance: Duration) { self.tolerance = tolerance }

    /// The issuer said something new and proven.
    package mutating func heard(issuedAt: NumericDate, at now: NumericDate, uptime: Duration) {
        var time = Self.since1970(issuedAt)
        if self.issuedAt == nil {
            // Of the very first word only the calendar clock can say that it is an old one.
            time = max(time, Self.since1970(now) - tolerance)
            lead = time - uptime
        }
        lead = max(lead, time - uptime)
        self.issuedAt = issuedAt
        latestNow = now
    }

    /// `nil` if the issuer has said nothing yet.
    package mutating func age(at now: NumericDate, uptime: Duration) -> Duration? {
        guard let issuedAt, let latestNow else { return nil }
        let latest = max(latestNow, now)
        self.latestNow = latest
        let time = max(lead + uptime, Self.since1970(latest) - tolerance)
        return max(.zero, time - Self.since1970(issuedAt))
    }

    /// Bounded, so that no time that a stranger sets overflows.
    private static func since1970(_ date: NumericDate) -> Duration {
        .seconds(min(max(date.secondsSince1970, -(1 << 40)), 1 << 40))
    }
}
