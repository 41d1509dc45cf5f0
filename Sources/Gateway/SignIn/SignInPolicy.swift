/// The lifetimes and bounds of sign-ins at the gateway.
package struct SignInPolicy: Hashable, Sendable {
    package static let largestMemory = 100_000
    package static let longestSession = 2_592_000
    /// As long as the library keeps one.
    package static let longestPending = 1_800
    package static let mostRequests = 1_000_000

    package var sessions = 10_000
    /// How many of them one person may have; the oldest goes for a new one.
    package var sessionsPerPerson = 20
    package var sessionIdle = Duration.seconds(1_800)
    package var sessionLifetime = Duration.seconds(28_800)
    package var pending = 10_000
    /// How many sign-ins may be under way from one address.
    package var pendingPerAddress = 200
    package var pendingLifetime = Duration.seconds(600)
    /// How often one address may ask at the gateway's own addresses within the window, which is in seconds.
    package var requestsPerAddress = 600
    package var requestsWindow = 60

    package init() {}

    var requests: RateLimit? { RateLimit(.client, count: requestsPerAddress, window: requestsWindow) }
}
