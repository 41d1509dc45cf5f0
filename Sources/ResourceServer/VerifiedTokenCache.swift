import JOSE

/// Tokens whose signature and claims were checked a moment ago, so that the next request with one need not check them.
///
/// Times, revocations and the rule of the route are asked each time, and an entry belongs to the keys that it was
/// checked with.
final class VerifiedTokenCache: Sendable {
    /// A checked token, and what is asked about its revocation on each request.
    final class Entry: Sendable {
        let token: AccessToken
        let lookup: RevocationLookup?
        fileprivate let keys: UInt64
        fileprivate let since: NumericDate
        fileprivate let until: NumericDate

        fileprivate init(
            _ token: AccessToken, lookup: RevocationLookup?, keys: UInt64, from since: NumericDate, to end: NumericDate
        ) {
            self.token = token
            self.lookup = lookup
            self.keys = keys
            self.since = since
            until = end
        }
    }

    private let lifetime: Duration
    private let memory: RecentMemory<Entry>

    init(_ settings: TokenMemory) {
        memory = RecentMemory(capacity: settings.tokens)
        lifetime = settings.lifetime
    }

    /// Nothing that was kept later than now: with a clock that was set back it would live longer than it was told.
    func entry(_ fingerprint: TokenFingerprint, keys: UInt64, at now: NumericDate) -> Entry? {
        guard let entry = memory[fingerprint] else { return nil }
        guard entry.keys == keys, entry.since <= now, now < entry.until else { return nil }
        return entry
    }

    func keep(_ entry: Entry, as fingerprint: TokenFingerprint) { memory.keep(entry, as: fingerprint) }

    /// - Parameter keys: the version of the keys that the token was checked with.
    func entry(_ token: AccessToken, lookup: RevocationLookup?, keys: UInt64, at now: NumericDate) -> Entry {
        Entry(token, lookup: lookup, keys: keys, from: now, to: min(token.expiresAt, now + lifetime))
    }

    var count: Int { memory.count }
}

/// How many checked tokens are remembered, and for how long.
public struct TokenMemory: Hashable, Sendable {
    public let tokens: Int
    public let lifetime: Duration

    public static let largest = 1_000_000
    public static let longestLifetime = Duration.seconds(300)

    /// - Parameters:
    ///   - tokens: 10,000 unless told, 0 for none, a million at most.
    ///   - lifetime: 60 seconds unless told, 5 minutes at most, and never beyond a token's own end.
    public init(tokens: Int = 10_000, lifetime: Duration = .seconds(60)) {
        self.tokens = min(max(tokens, 0), Self.largest)
        self.lifetime = min(max(lifetime, .zero), Self.longestLifetime)
    }
}
