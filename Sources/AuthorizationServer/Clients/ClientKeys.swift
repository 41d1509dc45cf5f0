import JOSE
import OAuth
import Storage

/// The key sets that clients publish at their `jwks_uri`, remembered for a while.
///
/// One download at a time for each URL; an unknown `kid` asks again at most once a minute, so a stranger who invents key
/// ids cannot make this server fetch.
actor ClientKeys {
    private struct Entry {
        var keys: JWKSet?
        var fetchedAt: NumericDate
        var attemptedAt: NumericDate
    }

    static let freshness = Duration.seconds(300)
    static let pause = Duration.seconds(60)
    static let capacity = 1000

    private let fetcher: any DocumentFetcher
    private let keysKept: Int
    private var entries: [String: Entry] = [:]
    private var downloads: [String: Task<JWKSet?, Never>] = [:]

    init(fetcher: any DocumentFetcher, keysKept: Int) {
        self.fetcher = fetcher
        self.keysKept = max(1, keysKept)
    }

    /// The keys at `url`; `nil` if they cannot be had now.
    func keys(at url: String, knowing keyID: String?, now: NumericDate) async -> JWKSet? {
        if let entry = entries[url] {
            let isFresh = entry.keys != nil && now - entry.fetchedAt < Self.freshness
            let isKnown = keyID == nil || entry.keys?.keys(named: keyID).isEmpty == false
            if isFresh && isKnown || now - entry.attemptedAt < Self.pause { return entry.keys }
        }
        return await download(url, at: now)
    }

    private func download(_ url: String, at now: NumericDate) async -> JWKSet? {
        if let running = downloads[url] { return await running.value ?? entries[url]?.keys }
        let fetcher = self.fetcher
        let keysKept = self.keysKept
        let task = Task { () -> JWKSet? in
            guard let body = try? await fetcher.fetch(url, for: .keySet) else { return nil }
            let set = try? JWKSet(
                parsing: body, limits: .document(maximumBytes: 1 << 20), coordinates: .leadingZeroesMayBeMissing)
            // What is kept is bounded by us and not by whoever publishes it.
            return set.map { JWKSet(keys: Array($0.keys.prefix(keysKept))) }
        }
        downloads[url] = task
        let fetched = await task.value
        downloads[url] = nil
        if entries.count >= Self.capacity, entries[url] == nil { entries.removeAll() }
        let previous = entries[url]
        // A failure keeps the keys that are there for as long again as they were fresh, and no longer.
        let stale = previous.flatMap { now - $0.fetchedAt < Self.freshness + Self.freshness ? $0.keys : nil }
        entries[url] = Entry(
            keys: fetched ?? stale, fetchedAt: fetched == nil ? previous?.fetchedAt ?? now : now, attemptedAt: now)
        return fetched ?? stale
    }
}
