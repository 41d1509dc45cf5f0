import JOSE
import OAuth
import ResourceServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct KeyCacheTests {
    private let crafted: CraftedIssuer
    private let next: SigningKey
    private let now = CraftedIssuer.now
    private let header: JOSEHeader
    private let nextHeader: JOSEHeader

    init() throws {
        crafted = try CraftedIssuer()
        next = try SigningKey.generate(.ES256)
        header = try UnverifiedJWT(crafted.token().revealedValue).header
        nextHeader = try UnverifiedJWT(crafted.token(key: next).revealedValue).header
    }

    private var both: JWKSet { JWKSet(keys: crafted.keySet.keys + [next.privateJWK.publicKey]) }

    @Test func `downloads once for all who wait`() async throws {
        let download = CraftedDownload(crafted.keySet)
        let cache = download.cache()
        let header = header
        let now = now
        let found = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 { group.addTask { try await cache.keys(for: header, at: now).count } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(found == Array(repeating: 1, count: 100) && download.count == 1)
        #expect(cache.knownKeys(for: header, at: now)?.count == 1)
    }

    @Test func `looks for a new key once, and for invented ones once in an interval`() async throws {
        let download = CraftedDownload(crafted.keySet)
        let cache = download.cache()
        _ = try await cache.keys(for: header, at: now)
        download.publish(both)
        // Too soon after the last download, so that it is answered from memory.
        #expect(try await cache.keys(for: nextHeader, at: now + .seconds(29)).isEmpty)
        #expect(download.count == 1)
        #expect(try await cache.keys(for: nextHeader, at: now + .seconds(30)).first == next.verificationKey)
        #expect(download.count == 2)
        for index in 0..<200 {
            let invented = try JOSEHeader(parsing: Array(#"{"alg":"ES256","kid":"x\#(index)"}"#.utf8))
            #expect(try await cache.keys(for: invented, at: now + .seconds(31)).isEmpty)
        }
        #expect(download.count == 2)
    }

    @Test func `asks for newer keys before those it has are too old, without anybody waiting`() async throws {
        let download = CraftedDownload(crafted.keySet, lifetime: .seconds(400))
        let cache = download.cache()
        _ = try await cache.keys(for: header, at: now)
        #expect(cache.knownKeys(for: header, at: now + .seconds(299))?.count == 1)
        #expect(download.count == 1)
        download.publish(both, lifetime: .seconds(400))
        let before = cache.version
        #expect(cache.knownKeys(for: header, at: now + .seconds(300))?.count == 1)
        try await eventually { cache.version != before }
        #expect(cache.version != before && download.count == 2)
        #expect(cache.knownKeys(for: nextHeader, at: now + .seconds(301))?.count == 1)
    }

    @Test func `asks for newer keys once when it hears that one is distrusted, without anybody waiting`() async throws {
        let download = CraftedDownload(both, lifetime: .seconds(3000))
        let cache = download.cache()
        _ = try await cache.keys(for: header, at: now)
        let (old, unknown) = (try #require(header.keyID), "x")
        download.publish(JWKSet(keys: [next.privateJWK.publicKey]), lifetime: .seconds(3000))
        // Too soon after the last download; and a name that is not among the keys is no reason.
        for seconds in 0..<30 { cache.renew(after: old, at: now + .seconds(seconds)) }
        cache.renew(after: unknown, at: now + .seconds(30))
        #expect(download.count == 1)
        let before = cache.version
        for _ in 0..<100 {
            cache.renew(after: old, at: now + .seconds(30))
            #expect(cache.knownKeys(for: nextHeader, at: now + .seconds(30))?.count == 1)
        }
        try await eventually { cache.version != before }
        for seconds in 60..<200 { cache.renew(after: old, at: now + .seconds(seconds)) }
        #expect(download.count == 2)
        // An issuer behind a cache still names it: it was asked once for this, and that is enough.
        let stubborn = CraftedDownload(both, lifetime: .seconds(3000))
        let other = stubborn.cache()
        _ = try await other.keys(for: header, at: now)
        for seconds in 0..<10 {
            other.renew(after: old, at: now + .seconds(30 + seconds * 30))
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(stubborn.count == 2)
    }

    @Test func `forgets a key that the issuer no longer publishes`() async throws {
        let download = CraftedDownload(both, lifetime: .seconds(100))
        let cache = download.cache()
        #expect(try await cache.keys(for: nextHeader, at: now).count == 1)
        download.publish(crafted.keySet)
        #expect(try await cache.keys(for: nextHeader, at: now + .seconds(100)).isEmpty)
    }

    @Test func `believes old keys for a stated time while the issuer is away, and no longer`() async throws {
        let download = CraftedDownload(crafted.keySet, lifetime: .seconds(100))
        let cache = download.cache(
            KeyCachePolicy(maximumStaleness: .seconds(1000), downloadTimeLimit: .seconds(60)))
        _ = try await cache.keys(for: header, at: now)
        download.publish(nil)
        #expect(try await cache.keys(for: header, at: now + .seconds(100)).count == 1)
        // From now on nobody waits for an issuer that does not answer.
        #expect(cache.knownKeys(for: header, at: now + .seconds(110))?.count == 1)
        #expect(try await cache.keys(for: header, at: now + .seconds(1099)).count == 1)
        await #expect(throws: IssuerUnavailable.self) { try await cache.keys(for: header, at: now + .seconds(1100)) }
        // A key that is not known may be one that was published meanwhile.
        await #expect(throws: IssuerUnavailable.self) { try await cache.keys(for: nextHeader, at: now + .seconds(500)) }
    }

    @Test func `keeps what the issuer says within bounds of its own`() async throws {
        for (said, kept) in [(Duration.seconds(0), 60), (.seconds(1_000_000), 3600)] as [(Duration, Int64)] {
            let download = CraftedDownload(crafted.keySet, lifetime: said)
            let cache = download.cache()
            _ = try await cache.keys(for: header, at: now)
            #expect(cache.knownKeys(for: header, at: now + .seconds(kept - 1)) != nil)
            #expect(cache.knownKeys(for: header, at: now + .seconds(kept)) == nil)
        }
        let policy = KeyCachePolicy(
            shortestLifetime: .zero, longestLifetime: .seconds(1_000_000_000), maximumStaleness: .seconds(-1),
            minimumInterval: .zero)
        #expect(policy.shortestLifetime == .seconds(10) && policy.longestLifetime == .seconds(86_400))
        #expect(policy.maximumStaleness == .zero && policy.minimumInterval == .seconds(1))
    }

    @Test func `a caller who gives up does not take the download along`() async throws {
        let download = CraftedDownload(crafted.keySet)
        let cache = download.cache()
        let header = header
        let now = now
        let impatient = Task { try await cache.keys(for: header, at: now) }
        impatient.cancel()
        _ = try? await impatient.value
        #expect(try await cache.keys(for: header, at: now).count == 1)
        #expect(download.count == 1)
    }

    @Test func `all who bring a new key wait for the one download`() async throws {
        let download = CraftedDownload(crafted.keySet)
        let cache = download.cache()
        _ = try await cache.keys(for: header, at: now)
        download.publish(both)
        let nextHeader = nextHeader
        let later = now + .seconds(60)
        let found = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 { group.addTask { try await cache.keys(for: nextHeader, at: later).count } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(found == Array(repeating: 1, count: 100) && download.count == 2)
    }

    @Test func `a key that may be new is nobody's fault while the issuer is away`() async throws {
        let download = CraftedDownload(crafted.keySet)
        let cache = download.cache()
        _ = try await cache.keys(for: header, at: now)
        download.publish(nil)
        for seconds in [60, 61, 62] {
            await #expect(throws: IssuerUnavailable.self) {
                try await cache.keys(for: nextHeader, at: now + .seconds(seconds))
            }
        }
        #expect(download.count == 2)
    }

    @Test func `a download that never ends has failed after its time`() async throws {
        let cache = KeyCache(policy: KeyCachePolicy(downloadTimeLimit: .seconds(1))) {
            try await Task.sleep(for: .seconds(100_000))
            return KeyCache.Download(keySet: JWKSet(keys: []))
        }
        await #expect(throws: IssuerUnavailable.self) { try await cache.keys(for: header, at: now) }
    }

    @Test func `a clock that is set right again does not keep old keys`() async throws {
        let download = CraftedDownload(both)
        let cache = download.cache()
        #expect(try await cache.keys(for: nextHeader, at: now + .seconds(1_000_000)).count == 1)
        download.publish(crafted.keySet)
        _ = cache.knownKeys(for: nextHeader, at: now)
        try await eventually { cache.knownKeys(for: nextHeader, at: now)?.isEmpty != false }
        #expect(try await cache.keys(for: nextHeader, at: now).isEmpty)
    }
}
