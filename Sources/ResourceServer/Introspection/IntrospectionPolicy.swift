/// How long the issuer's answers about opaque tokens are believed, and how hard it is asked.
public struct IntrospectionPolicy: Hashable, Sendable {
    /// Of an answer that the token is good; never beyond the token's own end.
    public let activeLifetime: Duration
    /// Of an answer that it is not.
    public let inactiveLifetime: Duration
    /// Without an answer in this time nobody can judge the token.
    public let timeLimit: Duration
    /// Questions under way at once; others wait, and more than sixteen times as many are refused.
    public let concurrency: Int
    /// Answers remembered: good ones, and as many others beside them.
    public let tokens: Int

    /// - Parameters:
    ///   - activeLifetime: 10 seconds unless told; 0 to 5 minutes. A revoked token is good so long, unless a
    ///     ``RevocationSource`` says otherwise.
    ///   - inactiveLifetime: 2 seconds unless told; up to `activeLifetime` and never more than 10 seconds.
    ///   - timeLimit: 5 seconds unless told; 1 to 30 seconds.
    ///   - concurrency: 32 unless told; 1 to 1,000.
    ///   - tokens: 10,000 unless told; up to a million.
    public init(
        activeLifetime: Duration = .seconds(10), inactiveLifetime: Duration = .seconds(2),
        timeLimit: Duration = .seconds(5), concurrency: Int = 32, tokens: Int = 10_000
    ) {
        self.activeLifetime = min(max(activeLifetime, .zero), .seconds(300))
        self.inactiveLifetime = min(max(inactiveLifetime, .zero), min(self.activeLifetime, .seconds(10)))
        self.timeLimit = min(max(timeLimit, .seconds(1)), .seconds(30))
        self.concurrency = min(max(concurrency, 1), 1000)
        self.tokens = min(max(tokens, 0), TokenMemory.largest)
    }
}
