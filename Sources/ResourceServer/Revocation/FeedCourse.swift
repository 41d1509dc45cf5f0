/// What a reader does next: which way it asks, and how long it waits before.
struct FeedCourse {
    /// After a connection that carried nothing it asks so many times by long polling before it tries another.
    static let polls = 20
    private static let shortestPause = Duration.milliseconds(250)

    private(set) var needsSnapshot = true
    private(set) var pollsLeft = 0
    /// The longest time to wait now.
    private(set) var pause = Duration.zero
    private var fruitless = 0
    /// How much had been accepted when this connection began.
    private var acceptedBefore = 0

    mutating func begin(accepted: Int) { acceptedBefore = accepted }

    mutating func tookSnapshot(accepted: Int) {
        needsSnapshot = false
        begin(accepted: accepted)
    }

    /// A long poll was answered.
    mutating func polled(hadContent: Bool) {
        pollsLeft = max(0, pollsLeft &- 1)
        fruitless = 0
        // An issuer that does not wait is not asked without end.
        pause = hadContent ? .zero : Self.shortestPause
    }

    mutating func failed(_ problem: RevocationFeedProblem, accepted: Int, longest: Duration) {
        let madeProgress = accepted != acceptedBefore
        fruitless = madeProgress ? 0 : fruitless &+ 1
        // Twice the same place without a message that fits: perhaps the next one is lost.
        if problem.losesChain || fruitless >= 2 { needsSnapshot = true }
        if !madeProgress, pollsLeft == 0 { pollsLeft = Self.polls }
        pause = min(longest, Self.shortestPause * (1 << min(fruitless, 10)))
    }
}
