import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

@Suite struct `The account area` {
    private static let new = Secret("seven umbrellas against the window")

    private static func signedIn() async throws -> (people: People, browser: Browser, account: AccountArea) {
        let people = try await People()
        try await people.person("bob")
        let (browser, _) = try await people.signedIn("bob")
        return (people, browser, try await people.account(of: browser))
    }

    @Test func `is for who is signed in`() async throws {
        let people = try await People()
        #expect(try await people.provider.account(of: People.browser(), at: People.start) == nil)
    }

    @Test func `changes what is the person's own to say`() async throws {
        let (people, browser, account) = try await Self.signedIn()
        let change = ProfileChange(attributes: ["name": "Bob Builder", "locale": "de", "zoneinfo": "Europe/Berlin"])
        #expect(try await account.update(change, at: People.start).isDone)
        var again = try await people.account(of: browser)
        #expect(again.profile().attributes.string("name") == "Bob Builder")
        #expect(try await again.update(ProfileChange(attributes: ["name": ""]), at: People.start).isDone)
        again = try await people.account(of: browser)
        #expect(again.profile().attributes["name"] == nil)
        #expect(again.profile().attributes.string("locale") == "de")
    }

    @Test(arguments: ["email_verified", "phone_number", "roles", "groups", "disabled", "sub", "is_admin", "username"])
    func `refuses what is not theirs`(_ name: String) async throws {
        let (people, browser, account) = try await Self.signedIn()
        let outcome = try await account.update(ProfileChange(attributes: [name: "true"]), at: People.start)
        guard case .invalid(let problems) = outcome else {
            Issue.record("changed \(name)")
            return
        }
        #expect(problems.map(\.field) == [name])
        #expect(try await people.account(of: browser).profile() == account.profile())
    }

    @Test(arguments: ["a\u{202E}b", "line\nbreak", String(repeating: "x", count: 201)])
    func `refuses names that would deceive`(_ name: String) async throws {
        let (_, _, account) = try await Self.signedIn()
        guard case .invalid = try await account.update(ProfileChange(attributes: ["name": name]), at: People.start)
        else {
            Issue.record("took it")
            return
        }
    }

    @Test func `changes the password of who knows it, and tells them by mail`() async throws {
        let (people, browser, account) = try await Self.signedIn()
        let wrong = try await account.changePassword(
            current: Secret("not the password at all"), to: Self.new, again: Self.new, at: People.start)
        guard case .wrongPassword = wrong else {
            Issue.record("changed without the password")
            return
        }
        let outcome = try await account.changePassword(
            current: Secret(People.password), to: Self.new, again: Self.new, at: People.start)
        guard case .renewed(let secrets) = outcome else {
            Issue.record("not changed: \(outcome)")
            return
        }
        #expect(try await !people.isSignedIn(browser))
        #expect(try await people.isSignedIn(People.browser(secrets: secrets)))
        #expect(try await people.signIn("bob").isRefused)
        _ = try await people.signedIn("bob", Self.new.revealedValue)
        _ = await people.provider.deliverMail(at: People.start)
        #expect(people.mailbox.mails.map(\.recipient.rawValue) == ["bob@mail.example"])
        #expect(people.mailbox.mails.first?.text.contains("192.0.2.1") == true)
    }

    @Test(arguments: [
        ("short", "short"), ("aaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaa"),
        ("seven umbrellas against the window", "seven umbrellas against the door"),
    ])
    func `takes no weak or mistyped password`(_ typed: String, _ again: String) async throws {
        let (people, _, account) = try await Self.signedIn()
        let outcome = try await account.changePassword(
            current: Secret(People.password), to: Secret(typed), again: Secret(again), at: People.start)
        guard case .unfit = outcome else {
            Issue.record("took it")
            return
        }
        _ = try await people.signedIn("bob")
    }

    @Test func `changes the address only with the password, tells the old one, and trusts the new one after its link`()
        async throws
    {
        let (people, browser, account) = try await Self.signedIn()
        let outcome = try await account.changeAddress(
            to: "robert@mail.example", password: Secret(People.password), at: People.start)
        #expect(outcome.isDone)
        var user = try await people.account(of: browser).profile()
        // Nobody has proven it yet: it opens nothing, and the old one stays.
        #expect(user.email?.rawValue == "bob@mail.example" && user.isEmailVerified)
        #expect(user.pendingEmail?.rawValue == "robert@mail.example")
        #expect(try await people.store.user(signingInAs: LoginName(canonical: "robert@mail.example")) == nil)
        _ = await people.provider.deliverMail(at: People.start)
        #expect(
            Set(people.mailbox.mails.map(\.recipient.rawValue)) == ["bob@mail.example", "robert@mail.example"])
        let mail = try #require(people.mailbox.mails.first { $0.recipient.rawValue == "robert@mail.example" })
        let secret = try #require(mail.text.split(separator: "?link=").last).prefix { !$0.isWhitespace }
        let link = Secret(String(secret))
        let opened = try await people.provider.openedLink(link, for: .verifyAddress, at: People.start)
        #expect(opened?.address.rawValue == "robert@mail.example")
        guard case .done = try await people.provider.verifyAddress(link: link, browser: browser, at: People.start)
        else {
            Issue.record("not verified")
            return
        }
        user = try await people.account(of: browser).profile()
        #expect(user.email?.rawValue == "robert@mail.example" && user.isEmailVerified && user.pendingEmail == nil)
        // The old address hears of that, too, and for the last time.
        _ = await people.provider.deliverMail(at: People.start)
        let last = try #require(people.mailbox.mails.last)
        #expect(last.recipient.rawValue == "bob@mail.example" && last.text.contains("robert@mail.example"))
        #expect(people.mailbox.mails.count == 3)
        _ = try await people.signedIn("robert@mail.example")
        guard case .gone = try await people.provider.verifyAddress(link: link, browser: browser, at: People.start)
        else {
            Issue.record("a link worked twice")
            return
        }
    }

    @Test func `saves all of a form with a new address, or nothing where the password is wrong`() async throws {
        let (people, browser, account) = try await Self.signedIn()
        func change(_ password: String, to address: String = "robert@mail.example") -> ProfileChange {
            ProfileChange(
                attributes: ["name": "Robert"], address: AddressChange(to: address, password: Secret(password)))
        }
        guard case .wrongPassword = try await account.update(change("not the password at all"), at: People.start),
            case .invalid = try await account.update(change(People.password, to: "robert"), at: People.start)
        else { return #expect(Bool(false), "taken") }
        #expect(try await people.account(of: browser).profile() == account.profile())
        #expect(try await people.events("account.profile_changed").isEmpty)
        #expect(try await account.update(change(People.password), at: People.start).isDone)
        let user = try await people.account(of: browser).profile()
        #expect(user.attributes.string("name") == "Robert")
        #expect(user.email?.rawValue == "bob@mail.example" && user.pendingEmail?.rawValue == "robert@mail.example")
        for action in ["account.profile_changed", "account.address_changed"] {
            #expect(try await people.events(action).count == 1, "\(action)")
        }
    }

    @Test func `calls off a change of address, after which its link does nothing`() async throws {
        let (people, browser, account) = try await Self.signedIn()
        _ = try await account.changeAddress(
            to: "robert@mail.example", password: Secret(People.password), at: People.start)
        _ = await people.provider.deliverMail(at: People.start)
        let mail = try #require(people.mailbox.mails.first { $0.recipient.rawValue == "robert@mail.example" })
        let secret = try #require(mail.text.split(separator: "?link=").last).prefix { !$0.isWhitespace }
        #expect(try await people.account(of: browser).keepAddress(at: People.start).isDone)
        let outcome = try await people.provider.verifyAddress(
            link: Secret(String(secret)), browser: browser, at: People.start)
        guard case .gone = outcome else { return #expect(Bool(false), "the link works") }
        let user = try await people.account(of: browser).profile()
        #expect(user.email?.rawValue == "bob@mail.example" && user.pendingEmail == nil)
    }

    @Test func `takes no new address that was asked for before everything was ended and written after`() async throws {
        let (people, browser, slow) = try await Self.signedIn()
        try await people.account(of: browser).logOutEverywhere(at: People.start)
        let outcome = try await slow.changeAddress(
            to: "eve@mail.example", password: Secret(People.password), at: People.start)
        guard case .conflict = outcome else { return #expect(Bool(false), "taken") }
        let user = try #require(try await people.store.user(slow.profile().id))
        #expect(user.pendingEmail == nil)
    }

    @Test func `does not give away an address that is somebody's`() async throws {
        let (people, browser, _) = try await Self.signedIn()
        let eve = try await people.person("eve")
        // Neither the answer nor the mails tell whether it is, and its owner keeps it.
        for address in ["eve@mail.example", "nobody@mail.example"] {
            let account = try await people.account(of: browser)
            let outcome = try await account.changeAddress(
                to: address, password: Secret(People.password), at: People.start)
            #expect(outcome.isDone)
            _ = await people.provider.deliverMail(at: People.start)
            let mail = try #require(people.mailbox.mails.last { $0.recipient.rawValue == address })
            #expect(mail.text.contains("/verify-email?link="))
        }
        #expect(try await people.store.user(signingInAs: LoginName(canonical: "eve@mail.example"))?.id == eve.id)
    }

    @Test func `takes no address by a link that became somebody else's meanwhile`() async throws {
        let (people, browser, account) = try await Self.signedIn()
        let address = "shared@mail.example"
        _ = try await account.changeAddress(to: address, password: Secret(People.password), at: People.start)
        _ = await people.provider.deliverMail(at: People.start)
        let mail = try #require(people.mailbox.mails.first { $0.recipient.rawValue == address })
        let secret = try #require(mail.text.split(separator: "?link=").last).prefix { !$0.isWhitespace }
        let owner = try await people.person("owner", email: address)
        let outcome = try await people.provider.verifyAddress(
            link: Secret(String(secret)), browser: browser, at: People.start)
        guard case .gone = outcome else { return #expect(Bool(false), "taken over") }
        #expect(try await people.store.user(signingInAs: LoginName(canonical: address))?.id == owner.id)
        #expect(try await people.account(of: browser).profile().email?.rawValue == "bob@mail.example")
    }

    @Test func `names and ends only the person's own sessions`() async throws {
        let (people, _, account) = try await Self.signedIn()
        try await people.person("eve")
        let (eves, evesSession) = try await people.signedIn("eve", in: People.browser("203.0.113.5"))
        let (other, otherSession) = try await people.signedIn("bob", in: People.browser("192.0.2.9"))
        #expect(try await account.sessions(at: People.start).map(\.address).sorted() == ["192.0.2.1", "192.0.2.9"])
        guard case .gone = try await account.endSession(evesSession.id, at: People.start) else {
            Issue.record("ended somebody else's")
            return
        }
        #expect(try await people.isSignedIn(eves))
        #expect(try await account.endSession(otherSession.id, at: People.start).isDone)
        #expect(try await !people.isSignedIn(other))
    }

    @Test func `lists what applications may do, and ends one`() async throws {
        let (people, _, account) = try await Self.signedIn()
        try await people.give(People.shop, in: account.person.session, isOffline: true)
        try await people.give(People.notes, in: account.person.session)
        let listed = try await account.applications(at: People.start)
        #expect(listed.map(\.client) == [People.notes, People.shop])
        #expect(listed.map(\.isOffline) == [false, true])
        _ = try await account.endApplication(People.shop, at: People.start)
        #expect(try await account.applications(at: People.start).map(\.client) == [People.notes])
    }

    @Test func `tells what happened, without the operator's address`() async throws {
        let (people, browser, account) = try await Self.signedIn()
        _ = try await people.signIn("bob", "wrong wrong wrong", in: People.browser("203.0.113.5"))
        _ = try await people.administration.updateUser(
            account.person.user.id, with: UserUpdate(roles: ["editor"]), by: .root, at: People.start)
        _ = await people.provider.flush(at: People.start)
        let activity = try await people.account(of: browser).activity()
        #expect(Set(activity.map(\.kind)) == [.created, .signedIn, .signInRefused, .updated])
        #expect(activity.first { $0.kind == .signInRefused }?.address == "203.0.113.5")
        let updated = try #require(activity.first { $0.kind == .updated })
        #expect(updated.isByOperator && updated.address.isEmpty)
    }

    @Test func `names the applications that people used, and those whose tokens were stolen`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let first = try await journey.tokens(in: browser)
        let stolen = try #require(first.refreshToken)
        let second = try await journey.refresh(stolen)
        _ = try await journey.refresh(try #require(second.refreshToken), at: Journey.start + .seconds(30))
        _ = try? await journey.refresh(stolen, at: Journey.start + .seconds(60))
        let activity = try await journey.people.account(of: browser).activity()
        for kind in [AccountActivity.Kind.consentGiven, .authorizationGiven, .refreshTokenReused] {
            #expect(activity.first { $0.kind == kind }?.client == Journey.web, "\(kind)")
        }
        #expect(activity.allSatisfy { !$0.isByOperator || $0.kind == .created })
        _ = await journey.provider.deliverMail(at: Journey.start + .seconds(60))
        #expect(journey.people.mailbox.mails.last?.text.contains("Web shop") == true)
    }

    @Test func `names the application whose access a restored backup ended`() async throws {
        let (people, _, account) = try await Self.signedIn()
        let event = AuditEvent(
            at: People.start, action: "refresh_token.ahead", outcome: .refusal, actor: "client:shop",
            target: "user:\(account.person.user.id)", address: "192.0.2.9",
            detail: "authorization a, generation 7")
        _ = try await people.store.append([event])
        let shown = try #require(try await account.activity().first { $0.kind == .refreshTokenAhead })
        #expect(shown.client == People.shop && !shown.isByOperator)
    }

    @Test func `exports everything but secrets`() async throws {
        let (people, _, account) = try await Self.signedIn()
        try await people.give(People.shop, in: account.person.session)
        let bytes = try await account.data(at: People.start)
        let json = try JSONObject(parsing: bytes)
        #expect(json.object("account")?.string("username") == "bob")
        #expect(json["authorizations"]?.array?.count == 1)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!text.contains("$argon2") && !text.contains("tss_"))
    }

    @Test func `exports that browsers are known and links wait in mails, and nothing to use them with`() async throws {
        let (people, _, account) = try await Self.signedIn()
        let user = account.person.user
        let sent = People.start - .seconds(60)
        let secret = SecretGenerator.system.secret(.mailLink)
        func send(_ purpose: MailLink.Purpose, _ secret: Secret, lasting seconds: Int64) async throws {
            let link = MailLink(
                hash: TokenHash(of: secret), purpose: purpose, subject: user.id, email: try #require(user.email),
                createdAt: sent, expiresAt: sent + .seconds(seconds))
            #expect(try await people.store.insert(link, perHour: 3, with: Effects([])))
        }
        try await send(.verifyAddress, secret, lasting: 90)
        try await send(.resetPassword, SecretGenerator.system.secret(.mailLink), lasting: 60)
        let bytes = try await account.data(at: People.start)
        let json = try JSONObject(parsing: bytes)
        let browser = JSONObject([("last_seen_at", .string(People.start.utcText))])
        #expect(json["known_browsers"]?.array == [.object(browser)])
        // The other one's time is over.
        let link = JSONObject([
            ("purpose", .string("verify_address")), ("created_at", .string(sent.utcText)),
            ("expires_at", .string((sent + .seconds(90)).utcText)),
        ])
        #expect(json["mail_links"]?.array == [.object(link)])
        #expect(!String(decoding: bytes, as: UTF8.self).contains(secret.revealedValue))
    }

    @Test func `exports all that happened, or says that there is more`() async throws {
        let (people, _, account) = try await Self.signedIn()
        let person = "user:\(account.person.user.id)"
        let event = AuditEvent(at: People.start, action: "sign_in.succeeded", actor: person, target: person)
        func exported() async throws -> (events: Int, isTruncated: Bool?) {
            let limits = JSONLimits(maximumBytes: 8_000_000, maximumMembers: 200_000)
            let json = try JSONObject(parsing: try await account.data(at: People.start), limits: limits)
            return (json["activity"]?.array?.count ?? 0, json.bool("activity_truncated"))
        }
        let before = try await exported().events
        _ = try await people.store.append(Array(repeating: event, count: 2500))
        // Each download is an event, too.
        let all = try await exported()
        #expect(all.events == before + 2501 && all.isTruncated == false)
        let room = AccountArea.maximumEvents - (before + 2502)
        _ = try await people.store.append(Array(repeating: event, count: room))
        let most = try await exported()
        #expect(most.events == AccountArea.maximumEvents && most.isTruncated == false)
        let more = try await exported()
        #expect(more.events == AccountArea.maximumEvents && more.isTruncated == true)
    }

    @Test func `is deleted with the password only, and then nobody has it`() async throws {
        let (people, browser, account) = try await Self.signedIn()
        guard case .wrongPassword = try await account.delete(password: Secret("wrong wrong"), at: People.start) else {
            Issue.record("deleted without the password")
            return
        }
        #expect(try await people.isSignedIn(browser))
        #expect(try await account.delete(password: Secret(People.password), at: People.start).isDone)
        #expect(try await people.store.user(account.person.user.id) == nil)
        #expect(try await people.signIn("bob").isRefused)
        _ = await people.provider.deliverMail(at: People.start)
        #expect(people.mailbox.mails.count == 1)
    }
}
