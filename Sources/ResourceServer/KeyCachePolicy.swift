/// How long downloaded keys are believed, and how often the issuer is asked.
public struct KeyCachePolicy: Hashable, Sendable {
    /// Bounds on what the issuer says about the lifetime of its answer (`Cache-Control: max-age`).
    public let shortestLifetime: Duration
    public let longestLifetime: Duration
    /// So long after their lifetime are keys still believed while the issuer cannot be reached.
    public let maximumStaleness: Duration
    /// Between two downloads, however many tokens with unknown keys arrive; and after one that failed.
    public let minimumInterval: Duration
    /// A download that takes longer has failed.
    public let downloadTimeLimit: Duration

    /// - Parameters:
    ///   - shortestLifetime: 1 minute unless told; 10 seconds to 1 day.
    ///   - longestLifetime: 1 hour unless told; up to 1 day. A key that the issuer distrusts in an emergency is
    ///     believed so long.
    ///   - maximumStaleness: 1 day unless told; up to 7 days.
    ///   - minimumInterval: 30 seconds unless told; 1 second to 1 hour.
    ///   - downloadTimeLimit: 10 seconds unless told; 1 to 60 seconds.
    public init(
        shortestLifetime: Duration = .seconds(60), longestLifetime: Duration = .seconds(3600),
        maximumStaleness: Duration = .seconds(86_400), minimumInterval: Duration = .seconds(30),
        downloadTimeLimit: Duration = .seconds(10)
    ) {
        let day = Duration.seconds(86_400)
        self.shortestLifetime = min(max(shortestLifetime, .seconds(10)), day)
        self.longestLifetime = min(max(longestLifetime, self.shortestLifetime), day)
        self.maximumStaleness = min(max(maximumStaleness, .zero), day * 7)
        self.minimumInterval = min(max(minimumInterval, .seconds(1)), .seconds(3600))
        self.downloadTimeLimit = min(max(downloadTimeLimit, .seconds(1)), .seconds(60))
    }

    func lifetime(_ said: Duration?) -> Duration {
        min(max(said ?? longestLifetime, shortestLifetime), longestLifetime)
    }
}
