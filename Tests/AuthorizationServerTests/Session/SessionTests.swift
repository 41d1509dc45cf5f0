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
