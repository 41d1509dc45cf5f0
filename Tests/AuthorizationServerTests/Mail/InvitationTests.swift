import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

@Suite struct `An invitation` {
    private static let new = Secret("seven umbrellas against the window")

    @Test func `tells who has a password when an invitation replaces it`() async throws {
        let people = try await People()
        let bob = try await people.person("bob")
        let secret = SecretGenerator.system.secret(.mailLink)
        let link = MailLink(
            hash: TokenHash(of: secret), purpose: .invitation, subject: bob.id, email: try #require(bob.email),
            createdAt: People.start, expiresAt: People.start + .seconds(60))
        #expect(try await people.store.insert(link, perHour: 3, with: Effects([])))
        let outcome = try await people.provider.acceptInvitation(
            link: secret, password: Self.new, again: Self.new, browser: People.browser(), at: People.start)
        guard case .done = outcome else { return #expect(Bool(false), "not accepted: \(outcome)") }
        _ = await people.provider.deliverMail(at: People.start)
        #expect(people.mailbox.mails.map(\.recipient.rawValue) == ["bob@mail.example"])
    }

    /// Whether a stranger may ask for it: who never had a password has only the invitation.
    @Test func `opens an account without a password only while its invitation is open`() async throws {
        var policy = ServerPolicy()
        policy.people.allowsSelfRegistration = true
        let people = try await People(policy: policy)
        let bob = try await people.person("bob", password: nil)
        func asked(at now: NumericDate = People.start) async throws -> Int {
            let before = people.mailbox.mails.count
            people.provider.requestReset(login: "bob", browser: People.browser(), at: now)
            _ = people.provider.selfRegister(address: "bob@mail.example", browser: People.browser(), at: now)
            for _ in 0..<2 { _ = await people.provider.deliverMail(at: now) }
            return people.mailbox.mails.count - before
        }
        #expect(try await asked() == 0)
        _ = try await people.administration.invite(bob.id, by: .root, at: People.start)
        _ = await people.provider.deliverMail(at: People.start)
        #expect(try await asked() == 2)
        try await people.administration.withdrawInvitation(of: bob.id, by: .root, at: People.start)
        let later = People.start + .seconds(3601)
        #expect(try await asked(at: later) == 0)
        // With a password it is an account like any other.
        try await people.administration.setPassword(Self.new, of: bob.id, by: .root, at: later)
        _ = await people.provider.deliverMail(at: later)
        #expect(try await asked(at: later) == 2)
    }

    @Test func `comes again to who registered and did not take it up`() async throws {
        var policy = ServerPolicy()
        policy.people.allowsSelfRegistration = true
        policy.people.invitationLifetime = 86_400
        let people = try await People(policy: policy)
        for day in Int64(0)..<3 {
            let now = People.start + .seconds(day * 86_401)
            _ = people.provider.selfRegister(address: "ann@mail.example", browser: People.browser(), at: now)
            _ = await people.provider.deliverMail(at: now)
        }
        #expect(people.mailbox.mails.count == 3)
    }
}
