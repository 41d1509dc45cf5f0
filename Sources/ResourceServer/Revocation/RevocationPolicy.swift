/// How a reader of revocations behaves: what counts when it knows nothing recent, and how much it takes.
public struct RevocationPolicy: Hashable, Sendable {
    /// What counts while the issuer's last word is older than ``bound``.
    public let mode: StaleMode
    /// So old may the issuer's last word be. It speaks every few seconds, whether something is revoked or not.
    public let bound: Duration
    /// How far the clocks of issuer and reader may be apart.
    public let clockTolerance: Duration
    /// Entries at most. With more to remember the reader takes nothing, and is stale after ``bound``.
    public let maximumEntries: Int
    /// A larger snapshot is not taken.
    public let maximumSnapshotBytes: Int
    /// Between two attempts to reach the issuer; each longer than the one before, and of random length.
    public let longestPause: Duration

    /// - Parameters:
    ///   - mode: `refuse` unless told.
    ///   - bound: 15 seconds unless told; 5 seconds to 1 hour.
    ///   - clockTolerance: 30 seconds unless told; 0 to 5 minutes.
    ///   - maximumEntries: 2 million unless told; 1,000 to 16 million.
    ///   - maximumSnapshotBytes: 64 MiB unless told; 64 KiB to 512 MiB.
    ///   - longestPause: 10 seconds unless told; 1 to 60 seconds.
    public init(
        mode: StaleMode = .refuse, bound: Duration = .seconds(15), clockTolerance: Duration = .seconds(30),
        maximumEntries: Int = 2_000_000, maximumSnapshotBytes: Int = 64 << 20, longestPause: Duration = .seconds(10)
    ) {
        self.mode = mode
        self.bound = min(max(bound, .seconds(5)), .seconds(3600))
        self.clockTolerance = min(max(clockTolerance, .zero), .seconds(300))
        self.maximumEntries = min(max(maximumEntries, 1_000), 16_000_000)
        self.maximumSnapshotBytes = min(max(maximumSnapshotBytes, 64 << 10), 512 << 20)
        self.longestPause = min(max(longestPause, .seconds(1)), .seconds(60))
    }
}
