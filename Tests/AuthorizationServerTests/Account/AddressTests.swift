import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

@Suite struct `An address that nobody proved` {
    @Test func `is not wanted when no link can go there any more, and the last link still works`() async throws {
        let people = try await People()
        try await people.person("bob")
        let (browser, _) = try await people.signedIn("bob")
        func change(to address: String, at now: NumericDate = People.start) async throws -> AccountOutcome {
            try await people.account(of: browser, at: now).changeAddress(
                to: address, password: Secret(People.password), at: now)
        }
        for number in 1...3 { #expect(try await change(to: "bob\(number)@mail.example").isDone) }
        guard case .linkLimit = try await change(to: "bob4@mail.example") else {
            return #expect(Bool(false), "a fourth link within the hour")
        }
        guard case .linkLimit = try await people.account(of: browser).sendVerificationLink(at: People.start) else {
            return #expect(Bool(false), "sent again")
        }
        #expect(try await people.account(of: browser).profile().pendingEmail?.rawValue == "bob3@mail.example")
        _ = await people.provider.deliverMail(at: People.start)
        #expect(!people.mailbox.mails.contains { $0.recipient.rawValue == "bob4@mail.example" })
        let mail = try #require(people.mailbox.mails.first { $0.recipient.rawValue == "bob3@mail.example" })
        let secret = try #require(mail.text.split(separator: "?link=").last).prefix { !$0.isWhitespace }
        let outcome = try await people.provider.verifyAddress(
            link: Secret(String(secret)), browser: browser, at: People.start)
        guard case .done = outcome else { return #expect(Bool(false), "the last link is dead: \(outcome)") }
    }

    @Test func `is not wanted where no mail is sent`() async throws {
        let people = try await People(sendsMail: false)
        try await people.person("bob", isVerified: false)
        let account = try await people.account(of: try await people.signedIn("bob").browser)
        let outcome = try await account.changeAddress(
            to: "robert@mail.example", password: Secret(People.password), at: People.start)
        guard case .noMail = outcome else { return #expect(Bool(false), "\(outcome)") }
        guard case .noMail = try await account.sendVerificationLink(at: People.start) else {
            return #expect(Bool(false), "sent")
        }
        #expect(try await people.store.user(account.profile().id)?.pendingEmail == nil)
    }

    @Test func `gets its link again until it is proven`() async throws {
        let people = try await People()
        try await people.person("bob", isVerified: false)
        let (browser, _) = try await people.signedIn("bob")
        #expect(try await people.account(of: browser).sendVerificationLink(at: People.start).isDone)
        _ = await people.provider.deliverMail(at: People.start)
        #expect(people.mailbox.mails.map(\.recipient.rawValue) == ["bob@mail.example"])
        let link = try people.mailbox.link()
        guard case .done = try await people.provider.verifyAddress(link: link, browser: browser, at: People.start)
        else { return #expect(Bool(false), "not verified") }
        let account = try await people.account(of: browser)
        #expect(account.profile().isEmailVerified)
        guard case .gone = try await account.sendVerificationLink(at: People.start) else {
            return #expect(Bool(false), "sent though nothing waits")
        }
    }
}
