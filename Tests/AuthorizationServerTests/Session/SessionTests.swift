import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

@Suite struct `A session` {
    @Test func `is over when it was idle for too long`() async throws {
        let people = try await People()
        try await people.person("bob")
        let (browser, _) = try await people.signedIn("bob")
        let idle = people.provider.policy.people.sessionIdleLifetime
        #expect(try await people.isSignedIn(browser, at: People.start + .seconds(idle - 1)))
        // That was a use: the time runs anew.
        #expect(try await people.isSignedIn(browser, at: People.start + .seconds(2 * idle - 2)))
        #expect(try await !people.isSignedIn(browser, at: People.start + .seconds(3 * idle)))
    }

    @Test func `is over after its longest time, however much it is used`() async throws {
        let people = try await People()
        try await people.person("bob")
        let (browser, session) = try await people.signedIn("bob")
        let longest = people.provider.policy.people.sessionLifetime
        for hour in stride(from: Int64(0), to: longest, by: 3600) {
            #expect(try await people.isSignedIn(browser, at: People.start + .seconds(hour)))
        }
        #expect(session.expiresAt == People.start + .seconds(longest))
        #expect(try await !people.isSignedIn(browser, at: session.expiresAt))
    }

    @Test func `notes its use once a minute`() async throws {
        let people = try await People()
        try await people.person("bob")
        let (browser, session) = try await people.signedIn("bob")
        func seen() async throws -> NumericDate? {
            try await people.store.session(session.id, at: People.start)?.lastSeenAt
        }
        _ = try await people.isSignedIn(browser, at: People.start + .seconds(59))
        #expect(try await seen() == People.start)
        _ = try await people.isSignedIn(browser, at: People.start + .seconds(60))
        #expect(try await seen() == People.start + .seconds(60))
    }

    @Test func `that was idle for too long is not carried over by the next sign-in`() async throws {
        let people = try await People()
        try await people.person("bob")
        let (browser, session) = try await people.signedIn("bob")
        let given = try await people.give(People.shop, in: session)
        let later = People.start + .seconds(people.provider.policy.people.sessionIdleLifetime)
        let (_, next) = try await people.signedIn("bob", in: browser, at: later)
        #expect(next.id != session.id)
        #expect(try await people.store.authorization(given.id) == nil)
    }

    @Test(arguments: [0, 10_000]) func `that was idle for too long carries no refresh token`(
        remembered: Int
    ) async throws {
        let journey = try await Journey(policy: .remembering(remembered))
        let browser = try await journey.signedIn()
        let online = try Journey.parameters(["scope": "read"])
        let first = try #require(try await journey.tokens(online, in: browser).refreshToken)
        let bound = try #require(try await journey.refresh(first).refreshToken)
        let offline = try #require(try await journey.tokens(in: browser).refreshToken)
        let idle = Journey.start + .seconds(journey.provider.policy.people.sessionIdleLifetime)
        #expect(try await !journey.people.isSignedIn(browser, at: idle))
        await #expect(throws: Rejection.refreshTokenRefused(Journey.web, .sessionEnded)) {
            try await journey.refresh(bound, at: idle)
        }
        #expect(try await journey.refresh(offline, at: idle).refreshToken != nil)
    }

    @Test(arguments: [0, 10_000]) func `is in use while an application refreshes what was given in it`(
        remembered: Int
    ) async throws {
        let journey = try await Journey(policy: .remembering(remembered))
        let browser = try await journey.signedIn()
        let online = try Journey.parameters(["scope": "read"])
        var token = try #require(try await journey.tokens(online, in: browser).refreshToken)
        let nearly = journey.provider.policy.people.sessionIdleLifetime - 1
        for round in Int64(1)...3 {
            let now = Journey.start + .seconds(round * nearly)
            token = try #require(try await journey.refresh(token, at: now).refreshToken)
        }
        #expect(try await journey.people.isSignedIn(browser, at: Journey.start + .seconds(4 * nearly)))
    }

    @Test(arguments: [0, 10_000]) func `notes its use by applications once a minute, and none of offline access`(
        remembered: Int
    ) async throws {
        let journey = try await Journey(policy: .remembering(remembered))
        let browser = try await journey.signedIn()
        let user = try await journey.user()
        var offline = try #require(try await journey.tokens(in: browser).refreshToken)
        let online = try Journey.parameters(["scope": "read"])
        var token = try #require(try await journey.tokens(online, in: browser).refreshToken)
        for (second, noted) in [(59, 0), (60, 60), (119, 60), (120, 120)] as [(Int64, Int64)] {
            let now = Journey.start + .seconds(second)
            token = try #require(try await journey.refresh(token, at: now).refreshToken)
            let seen = try await journey.people.store.sessions(of: user.id, at: now).map(\.lastSeenAt)
            #expect(seen == [Journey.start + .seconds(noted)])
        }
        let later = Journey.start + .seconds(600)
        offline = try #require(try await journey.refresh(offline, at: later).refreshToken)
        _ = try await journey.refresh(offline, at: later)
        let seen = try await journey.people.store.sessions(of: user.id, at: later).map(\.lastSeenAt)
        #expect(seen == [Journey.start + .seconds(120)])
    }

    @Test func `ends with sign-out, and twice is the same as once`() async throws {
        let people = try await People()
        try await people.person("bob")
        let (browser, session) = try await people.signedIn("bob")
        let given = try await people.give(People.shop, in: session)
        try await people.provider.signOut(browser, at: People.start)
        try await people.provider.signOut(browser, at: People.start)
        #expect(try await !people.isSignedIn(browser))
        #expect(try await !people.isAlive(given))
        #expect(try await people.events("session.signed_out").count == 1)
    }

    @Test func `needs a secret of the form that this server makes`() async throws {
        let people = try await People()
        for text in ["", "tss_", "tss_short", "tsb_" + String(repeating: "a", count: 43)] {
            let browser = Browser(secret: Secret(text), session: Secret(text), caller: Issuance.caller)
            #expect(browser.session == nil)
            #expect(try await !people.isSignedIn(browser))
        }
    }
}
