package import JOSE

/// How old the issuer's last word is, told by three clocks so that none of them can make it younger than it is.
///
/// A clock that only counts (`uptime`) says how long ago the issuer's clock stood where its latest word put it. That
/// does not jump. The calendar clock adds what the counting one may have slept through, less the tolerance between two
/// clocks; it can make the word older only, and once it has, going back does not undo it before the issuer speaks again.
///
/// Where the issuer's clock stands is the highest of what its words of the last ten minutes say, so that a word that was
/// held up looks old. Older ones are forgotten: a clock that was wrong once and is put right, here or there, would make
/// everything look old for ever. Who holds up every word for so long gains no more than the tolerance by it.
package struct RevocationFreshness: Hashable, Sendable {
    private let tolerance: Duration
    private var issuedAt: NumericDate?
    /// Of the issuer's time less our uptime the highest that was seen in each of the last minutes, in seconds since 1970.
    private var leads: [Lead] = []
    private var lead = Duration.zero
    private var latestNow: NumericDate?

    private struct Lead: Hashable, Sendable {
        /// By the uptime.
        let minute: Int64
        var value: Duration
    }

    /// How many minutes a word counts for where the issuer's clock stands.
    private static let memory: Int64 = 10

    package init(tolerance: Duration) { self.tolerance = tolerance }

    /// The issuer said something new and proven.
    package mutating func heard(issuedAt: NumericDate, at now: NumericDate, uptime: Duration) {
        var time = Self.since1970(issuedAt)
        if self.issuedAt == nil {
            // Of the very first word only the calendar clock can say that it is an old one.
            time = max(time, Self.since1970(now) - tolerance)
        }
        note(time - uptime, uptime: uptime)
        self.issuedAt = issuedAt
        latestNow = now
    }

    private mutating func note(_ value: Duration, uptime: Duration) {
        let minute = uptime.components.seconds / 60
        leads.removeAll { $0.minute < minute - Self.memory }
        if let last = leads.indices.last, leads[last].minute >= minute {
            leads[last].value = max(leads[last].value, value)
        } else {
            leads.append(Lead(minute: minute, value: value))
        }
        lead = leads.map(\.value).max() ?? value
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
