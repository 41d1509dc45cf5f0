import AuthorizationServer
import JOSE
import ServiceLifecycle

/// Signs and delivers the revocation feed for as long as the server runs.
struct RevocationFeedService: Service {
    let provider: OpenIDProvider
    let now: @Sendable () -> NumericDate

    func run() async throws {
        await cancelWhenGracefulShutdown { await provider.runFeed(now: now) }
    }
}
