import JOSE
import OAuth
import OAuthClient
import TestSupport
import Testing

/// Anybody may send an application logout tokens: what they make it ask the provider is bounded.
@Suite(.timeLimit(.minutes(5))) struct `A provider that strangers make an application ask` {
    private static let discovery = "/.well-known/openid-configuration"

    /// The body of a logout request; of a key that the provider does not publish, unless told.
    private func notice(_ app: Application, _ id: String = "t1", key: SigningKey? = nil) throws -> [UInt8] {
        var claims = app.claims(
            nonce: nil, ["events": .object(JSONObject([(LogoutTokenClaims.event, .object(JSONObject()))]))])
        claims["jti"] = .string(id)
        let signer = try key ?? SigningKey.generate(.ES256)
        let token = try app.sign(claims, type: "logout+jwt", key: signer)
        return Array("logout_token=\(token)".utf8)
    }

    /// How a request of logout ended.
    private func outcome(
        _ logout: RelyingPartyLogout, _ body: [UInt8], at now: NumericDate
    ) async -> OAuthClientError? {
        do throws(OAuthClientError) {
            _ = try await logout.notice(body, at: now)
            return nil
        } catch { return error }
    }

    @Test func `publishes its keys once to a storm of tokens with invented key names`() async throws {
        let app = try Application()
        _ = try await app.signIn()
        #expect(await app.crafted.count("/jwks") == 1)
        let logout = RelyingPartyLogout(provider: app.provider, client: app.client)
        let bodies = try (0..<50).map { _ in try notice(app) }
        let later = app.now + Provider.minimumKeySetAge
        await app.crafted.hold("/jwks")
        let storm = Task {
            await withTaskGroup(of: OAuthClientError?.self) { group in
                for body in bodies { group.addTask { await outcome(logout, body, at: later) } }
                return await group.reduce(into: [OAuthClientError?]()) { $0.append($1) }
            }
        }
        try await eventually { await app.crafted.held > 0 }
        // The others come meanwhile.
        try await Task.sleep(for: .milliseconds(200))
        await app.crafted.open()
        #expect(await storm.value == [OAuthClientError?](repeating: .token(.unknownKey), count: bodies.count))
        #expect(await app.crafted.count("/jwks") == 2)
        // Nor afterwards, also for those that came a moment before.
        for seconds in [0, 29, -1, -4] as [Int64] {
            #expect(await outcome(logout, bodies[0], at: later + .seconds(seconds)) == .token(.unknownKey))
        }
        #expect(await app.crafted.count("/jwks") == 2)
    }

    @Test func `describes itself once to all who wait`() async throws {
        let app = try Application()
        let (provider, now) = (app.provider, app.now)
        await app.crafted.hold(Self.discovery)
        let storm = Task {
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 { group.addTask { (try? await provider.configuration(at: now)) != nil } }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
        }
        try await eventually { await app.crafted.held > 0 }
        try await Task.sleep(for: .milliseconds(200))
        await app.crafted.open()
        #expect(await storm.value == 50)
        #expect(await app.crafted.count(Self.discovery) == 1)
    }

    @Test func `is left alone for a moment when its keys cannot be read`() async throws {
        let app = try Application()
        let logout = RelyingPartyLogout(provider: app.provider, client: app.client)
        let unreadable = OAuthClientError.unavailable("the provider's keys cannot be read")
        let good = try notice(app, key: app.crafted.key)
        await app.crafted.fail("/jwks")
        for seconds in [0, 0, 0, 1, 4, -4] as [Int64] {
            #expect(await outcome(logout, good, at: app.now + .seconds(seconds)) == unreadable)
        }
        #expect(await app.crafted.count("/jwks") == 1)
        let later = app.now + Provider.pause
        for _ in 0..<5 { #expect(await outcome(logout, good, at: later) == unreadable) }
        #expect(await app.crafted.count("/jwks") == 2)
        // A clock that was set back does not forbid asking until it is that late again.
        let earlier = app.now - .seconds(60)
        #expect(await outcome(logout, good, at: earlier) == unreadable)
        #expect(await app.crafted.count("/jwks") == 3)
        await app.crafted.fail("/jwks", false)
        #expect(await outcome(logout, good, at: app.now) == nil)
        #expect(await app.crafted.count("/jwks") == 4)
        #expect(await app.crafted.count(Self.discovery) == 2, "once, and again by the clock that was set back")
    }

    /// What is known goes on to serve; that a key is nobody's would be a guess.
    @Test func `is left alone while it has no newer keys, and known ones serve`() async throws {
        let app = try Application()
        _ = try await app.signIn()
        await app.crafted.fail("/jwks")
        let logout = RelyingPartyLogout(provider: app.provider, client: app.client)
        let later = app.now + .seconds(40)
        for number in 0..<5 {
            let unknown = try notice(app)
            #expect(
                await outcome(logout, unknown, at: later) == .unavailable("the provider's keys cannot be read"))
            let known = try notice(app, "t\(number)", key: app.crafted.key)
            #expect(await outcome(logout, known, at: later) == nil)
        }
        #expect(await app.crafted.count("/jwks") == 2)
    }

    @Test func `is left alone for a moment when it cannot be reached`() async throws {
        let app = try Application()
        await app.crafted.goDown()
        for _ in 0..<5 {
            await #expect(throws: OAuthClientError.unavailable("the provider cannot be reached")) {
                try await app.provider.configuration(at: app.now)
            }
        }
        let logout = RelyingPartyLogout(provider: app.provider, client: app.client)
        for _ in 0..<5 {
            let body = try notice(app)
            #expect(await outcome(logout, body, at: app.now) == .unavailable("the provider cannot be reached"))
        }
        #expect(await app.crafted.requests.count == 1)
        await app.crafted.goDown(false)
        let found = try await app.provider.configuration(at: app.now + Provider.pause)
        #expect(found.keySetURL == CraftedProvider.issuerText + "/jwks")
    }

    @Test func `goes on to answer the others when who asked first gives up`() async throws {
        let app = try Application()
        let logout = RelyingPartyLogout(provider: app.provider, client: app.client)
        let now = app.now
        let bodies = try ["t1", "t2"].map { try notice(app, $0, key: app.crafted.key) }
        await app.crafted.hold("/jwks")
        let first = Task { await outcome(logout, bodies[0], at: now) }
        try await eventually { await app.crafted.held == 1 }
        let second = Task { await outcome(logout, bodies[1], at: now) }
        first.cancel()
        try await Task.sleep(for: .milliseconds(200))
        await app.crafted.open()
        #expect(await second.value == nil)
        _ = await first.value
        #expect(await app.crafted.count("/jwks") == 1)
    }

    @Test func `is not waited for without end`() async throws {
        let crafted = try CraftedProvider()
        let issuer = try #require(Issuer(CraftedProvider.issuerText))
        let provider = Provider(issuer: issuer, transport: crafted, timeLimit: .milliseconds(100))
        await crafted.hold(Self.discovery)
        for _ in 0..<3 {
            await #expect(throws: OAuthClientError.unavailable("the provider does not answer in time")) {
                try await provider.configuration(at: CraftedProvider.now)
            }
        }
        #expect(await crafted.requests.count == 1)
        await crafted.open()
        var found: ProviderConfiguration?
        var later = CraftedProvider.now
        // On a busy machine what comes at once may come too late, too.
        for _ in 0..<600 where found == nil {
            later = later + Provider.pause
            found = try? await provider.configuration(at: later)
        }
        #expect(found?.keySetURL == CraftedProvider.issuerText + "/jwks")
    }
}
