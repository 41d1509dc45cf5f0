import Authenticators
import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

@Suite struct `Signing in` {
    @Test func `takes the user name and the address, in any case`() async throws {
        let people = try await People()
        let bob = try await people.person("bob")
        for login in ["bob", "BOB", "  bob ", "Bob@Mail.Example"] {
            let (browser, session) = try await people.signedIn(login)
            #expect(session.subject == bob.id)
            let person = try await people.provider.session(of: browser, at: People.start)
            #expect(person?.user.id == bob.id)
            #expect(person?.session.methods == ["pwd"])
        }
        #expect(try await people.events("sign_in.succeeded").count == 4)
    }

    @Test func `makes a new secret each time, and keeps what hangs from the session`() async throws {
        let people = try await People()
        try await people.person("bob")
        let (first, session) = try await people.signedIn("bob")
        let given = try await people.give(People.shop, in: session)
        let (second, renewed) = try await people.signedIn("bob", in: first, at: People.start + .seconds(60))
        #expect(renewed.id == session.id)
        #expect(renewed.authenticatedAt == People.start + .seconds(60))
        #expect(first.session != second.session && first.secret == second.secret)
        #expect(try await !people.isSignedIn(first))
        #expect(try await people.isSignedIn(second))
        #expect(try await people.isAlive(given))
    }

    @Test func `never adopts a secret that was in the browser before`() async throws {
        let people = try await People()
        try await people.person("bob")
        let planted = SecretGenerator.system.secret(.session)
        let browser = Browser(secret: nil, session: planted, caller: Issuance.caller)
        guard case .signedIn(let secrets, _) = try await people.signIn("bob", in: browser) else {
            Issue.record("not signed in")
            return
        }
        #expect(secrets.session != planted)
        #expect(try await !people.isSignedIn(browser))
    }

    @Test func `as somebody else ends the session that was there`() async throws {
        let people = try await People()
        try await people.person("bob")
        try await people.person("eve")
        let (bobs, session) = try await people.signedIn("bob")
        let given = try await people.give(People.shop, in: session)
        let (_, eves) = try await people.signedIn("eve", in: bobs)
        #expect(eves.id != session.id)
        #expect(try await !people.isSignedIn(bobs))
        #expect(try await !people.isAlive(given))
    }

    @Test func `answers alike and hashes exactly once, whatever is wrong`() async throws {
        let people = try await People()
        for name in ["bob", "disabled", "locked"] { try await people.person(name) }
        try await people.person("passwordless", password: nil)
        let disabled = try #require(try await people.store.user(signingInAs: LoginName(canonical: "disabled")))
        let locked = try #require(try await people.store.user(signingInAs: LoginName(canonical: "locked")))
        _ = try await people.administration.updateUser(
            disabled.id, with: UserUpdate(isEnabled: false), by: .root, at: People.start)
        _ = try await people.administration.lockDown(locked.id, by: .root, at: People.start)
        let attempts: [(String, String)] = [
            ("nobody", People.password), ("bob", "wrong wrong wrong"), ("bob", ""), ("disabled", People.password),
            ("locked", People.password), ("passwordless", People.password), ("", ""), ("bob", "a\u{0}b"),
            ("bob", String(repeating: "x", count: 5000)),
        ]
        for (login, password) in attempts {
            let before = people.hasher.measures.finished
            #expect(try await people.signIn(login, password).isRefused, "\(login)")
            #expect(people.hasher.measures.finished == before + 1, "\(login)")
        }
        let reasons = Set(try await people.events("sign_in.refused").map(\.detail))
        #expect(
            reasons == [
                "account_unknown", "password_wrong", "account_disabled", "account_locked", "password_unset",
            ])
    }

    @Test func `keeps nothing of what was typed, and folds refusals`() async throws {
        let people = try await People()
        try await people.person("bob")
        for _ in 0..<3 { _ = try await people.signIn("my-secret-typed-as-name", "canary-password") }
        let events = try await people.events("sign_in.refused")
        #expect(events.map(\.count) == [3])
        #expect(!events.contains { "\($0)".contains("canary") || "\($0)".contains("my-secret") })
    }

    @Test func `replaces a hash of another system by a current one`() async throws {
        let people = try await People()
        // bcrypt of the password, made by crypt(3).
        let foreign = Secret("$2b$04$abcdefghijklmnopqrstuuhKh7p1TJDRKQsGoq7ULHyaphauXOt0W")
        let bob = try await people.administration.createUser(
            UserDraft(username: "bob", passwordHash: foreign), by: .root, at: People.start)
        #expect(try await people.store.password(of: bob.id)?.encoded == foreign.revealedValue)
        _ = try await people.signedIn("bob")
        let upgraded = try #require(try await people.store.password(of: bob.id))
        #expect(upgraded.encoded != foreign.revealedValue)
        #expect(
            try !PasswordHash(upgraded.encoded).needsUpgrade(to: people.hasher.settings.parameters))
        _ = try await people.signedIn("bob")
    }

    @Test func `tells the request of this browser, and no other one`() async throws {
        let people = try await People()
        try await people.person("bob")
        let browserSecret = SecretGenerator.system.secret(.browser)
        let handle = SecretGenerator.system.secret(.pendingAuthorization)
        let hash = TokenHash(of: handle)
        try await people.store.insert(
            PendingAuthorization(
                hash: hash, origin: .browser, browser: TokenHash(of: browserSecret), client: People.shop,
                parameters: [], createdAt: People.start, expiresAt: People.start + .seconds(600)))
        _ = try await people.signIn("bob", handle: handle)
        #expect(try await people.store.pendingAuthorization(hash, at: People.start)?.freshSession == nil)
        let own = Browser(secret: browserSecret, session: nil, caller: Issuance.caller)
        guard case .signedIn(_, let session) = try await people.signIn("bob", in: own, handle: handle) else {
            Issue.record("not signed in")
            return
        }
        #expect(try await people.store.pendingAuthorization(hash, at: People.start)?.freshSession == session.id)
    }

    @Test func `says busy, and counts nothing, when the hasher is`() async throws {
        let people = try await People()
        try await people.person("bob")
        people.hasher.stop()
        for _ in 0..<60 {
            guard case .busy = try await people.signIn("bob", "wrong wrong wrong") else {
                Issue.record("judged without a hasher")
                return
            }
        }
    }
}
