import AuthorizationServer
import JOSE
import OAuth
import OAuthTransport
import ResourceServer
import Storage
import Synchronization
import Testing

/// A clock that a test sets; who sleeps, sleeps a moment.
private final class SetClock: Clock {
    struct Instant: InstantProtocol {
        let offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let passed = Mutex(Duration.zero)
    var now: Instant { Instant(offset: passed.withLock { $0 }) }
    var minimumResolution: Duration { .zero }
    var date: NumericDate { LiveServer.start + passed.withLock { $0 } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try await Task.sleep(for: .milliseconds(5))
    }

    func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
}

/// The kit with a real server over real connections, which then stops.
@Suite(.timeLimit(.minutes(5))) struct `A resource whose issuer stops` {
    private final class Said: Sendable {
        let states = Mutex<[RevocationState]>([])
    }

    private static let audience = ResourceIndicator(unchecked: "https://orders.example")

    private func token(of server: LiveServer) async throws -> Secret {
        let credentials = try ClientCredentials(
            authorization: RequestText.basic, form: FormParameters(Array("".utf8)))
        return try await server.provider.token(
            .clientCredentials(ClientCredentialsParameters(scope: nil, resource: Self.audience)), from: credentials,
            caller: Caller(address: "192.0.2.1", requestID: "r1"), at: LiveServer.start
        ).response.accessToken
    }

    private func refusal(_ guardian: AccessGuard, _ token: Secret, at now: NumericDate) async -> AccessRefusal? {
        do {
            _ = try await guardian.admit(token, at: now)
            return nil
        } catch { return error }
    }

    @Test(arguments: [StaleMode.refuse, .acceptUntilExpiry])
    func `goes on judging until its bound passes, says so, and then does what was chosen`(mode: StaleMode) async throws
    {
        let server = try await LiveServer.publicServer(format: .jwt)
        let provider = server.provider
        let home = "http://127.0.0.1:\(server.port)"
        let transport = try AsyncHTTPTransport(timeLimit: .seconds(60), idleLimit: .seconds(300))
        let (clock, said) = (SetClock(), Said())
        var feed = ResourceServer.RevocationFeed(
            issuer: provider.issuer, audience: Self.audience, resource: ClientID(unchecked: "orders"),
            secret: LiveServer.secret)
        (feed.messages, feed.snapshot) = (home + "/revocations", home + "/revocations/snapshot")
        feed.keys = home + "/revocations/keys"
        let reader = RevocationFeedReader(
            feed, policy: RevocationPolicy(mode: mode, bound: .seconds(15), clockTolerance: .zero),
            transport: transport, streams: transport, clock: ReaderClock(clock) { clock.date }
        ) { state in said.states.withLock { $0.append(state) } }
        let keys = KeyCache(policy: KeyCachePolicy(downloadTimeLimit: .seconds(60))) {
            let answer = try await transport.send(TransportRequest(get: home + "/jwks"))
            return KeyCache.Download(keySet: try JWKSet(parsing: answer.body), lifetime: answer.headers.lifetime)
        }
        let guardian = AccessGuard(
            AccessTokenValidator(issuer: provider.issuer, audience: Self.audience, keys: keys), revocations: reader)
        let running = Task { await reader.run() }
        let (good, unseen, ended) = (
            try await token(of: server), try await token(of: server), try await token(of: server)
        )
        while !reader.state.isCurrent {
            provider.revocations.feed.deliver(at: LiveServer.start)
            try await Task.sleep(for: .milliseconds(1))
        }
        for token in [good, ended] { #expect(await refusal(guardian, token, at: clock.date) == nil) }
        let claims = try provider.reader.genuine(ended)
        provider.revocations.revoke(
            claims.tokenID, EndedToken(until: claims.expiresAt + .seconds(60), audience: claims.audience))
        provider.revocations.feed.deliver(at: LiveServer.start)
        while await refusal(guardian, ended, at: clock.date) == nil { try await Task.sleep(for: .milliseconds(1)) }

        try await server.shutDown()
        clock.pass(.seconds(10))
        // One that was judged before, and one that was never seen.
        for token in [good, unseen] { #expect(await refusal(guardian, token, at: clock.date) == nil) }
        #expect(await refusal(guardian, ended, at: clock.date) == .invalidToken(.revoked))
        #expect(reader.state.isCurrent)

        clock.pass(.seconds(6))
        #expect(!reader.state.isCurrent && reader.state.mode == mode)
        while !said.states.withLock({ $0.last?.isCurrent == false }) { try await Task.sleep(for: .milliseconds(1)) }
        let text = reader.state.description
        #expect(text.contains("stale") && text.contains("the bound is 15 s"))
        for token in [good, unseen] {
            let found = await refusal(guardian, token, at: clock.date)
            #expect(mode == .refuse ? found?.status == 503 : found == nil)
        }
        #expect(await refusal(guardian, ended, at: clock.date) == .invalidToken(.revoked))
        clock.pass(.seconds(400))
        #expect(await refusal(guardian, good, at: clock.date) == .invalidToken(.expired))
        running.cancel()
        await running.value
        try await transport.shutdown()
    }
}
