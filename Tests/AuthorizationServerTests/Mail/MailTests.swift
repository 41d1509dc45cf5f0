import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

@Suite struct `Mail` {
    private static let new = Secret("seven umbrellas against the window")

    @Test func `has a subject and a text for everything in every language, without a gap`() throws {
        let composer = MailComposer(
            issuer: try #require(Issuer("https://id.example/t1")), place: "Heron Works", defaultLanguage: "en")
        let done = MailMessage.Circumstances(at: People.start, address: "192.0.2.1", userAgent: "Tests/1")
        let messages: [MailMessage] = [
            .resetPassword(link: "L", lifetime: 1800), .verifyAddress(link: "L", lifetime: 86_400),
            .invitation(link: "L", lifetime: 604_800, username: LoginName(canonical: "bob")),
            .alreadyRegistered(link: "L"),
            .passwordChanged(done), .addressChanged(to: "b@mail.example", done),
            .addressReplaced(by: "b@mail.example", done), .signedOutEverywhere(done),
            .accountDeleted(done), .tokenTheft(client: "Shop", at: People.start),
            .apiKeyCreated(name: "Build", done), .apiKeyLeaked(name: "Build", at: People.start),
            .honeyKeyUsed(key: GrantID(unchecked: "k"), name: "Bait", address: "192.0.2.1", at: People.start),
            .leakedKeyReported(key: GrantID(unchecked: "k"), name: "Build", address: "192.0.2.1", at: People.start),
        ]
        #expect(Set(messages.map(\.kind)) == Set(MailMessage.Kind.allCases))
        for language in MailLanguage.all {
            #expect(Set(language.texts.keys) == Set(MailMessage.Kind.allCases), "\(language.code)")
            for message in messages {
                let mail = composer.subjectAndText(of: message, in: [language.code])
                #expect(mail.language == language.code)
                #expect(!mail.subject.isEmpty && !mail.subject.contains("{") && !mail.text.contains("{"))
            }
        }
    }

    @Test(arguments: [
        (86_400, "for one day.", "einen Tag lang."), (604_800, "for 7 days.", "7 Tage lang."),
        (3600, "for one hour.", "eine Stunde lang."), (5400, "for 90 minutes.", "90 Minuten lang."),
        (90_000, "for 25 hours.", "25 Stunden lang."), (60, "for one minute.", "eine Minute lang."),
        (61, "for 61 seconds.", "61 Sekunden lang."),
    ])
    func `says for how long a link is good, and rounds nothing`(
        _ seconds: Int, _ english: String, _ german: String
    ) throws {
        let composer = MailComposer(
            issuer: try #require(Issuer("https://id.example")), place: "Heron Works", defaultLanguage: "en")
        let lifetime = Int64(seconds)
        for message in [
            MailMessage.resetPassword(link: "L", lifetime: lifetime), .verifyAddress(link: "L", lifetime: lifetime),
            .invitation(link: "L", lifetime: lifetime, username: LoginName(canonical: "bob")),
        ] {
            #expect(composer.subjectAndText(of: message, in: ["en"]).text.contains(english), "\(message.kind)")
            #expect(composer.subjectAndText(of: message, in: ["de"]).text.contains(german), "\(message.kind)")
        }
    }

    /// A language is one file: what is in it is found, and one that leaves something out is not shipped.
    @Test func `fills the same gaps in every language, from the file that pages read`() throws {
        func gaps(_ text: String) -> Set<Substring> {
            Set(text.split(separator: "{").dropFirst().compactMap { $0.split(separator: "}").first })
        }
        let english = try #require(MailLanguage.best(for: []))
        #expect(english.code == "en")
        #expect(MailLanguage.all.map(\.code) == MailLanguage.files.keys.sorted())
        #expect(MailLanguage.all.count >= 2)
        for language in MailLanguage.all {
            for (kind, text) in language.texts {
                let original = try #require(english.texts[kind])
                #expect(gaps(text.body) == gaps(original.body), "\(language.code) \(kind)")
                #expect(gaps(text.subject) == gaps(original.subject), "\(language.code) \(kind)")
            }
        }
    }

    @Test func `never lets what somebody chose begin a line or a header`() throws {
        let composer = MailComposer(
            issuer: try #require(Issuer("https://id.example")), place: "Heron Works", defaultLanguage: "en")
        let client = "Shop\r\nBcc: eve@evil.example\n\nClick {link} \u{202E}"
        let mail = composer.subjectAndText(of: .tokenTheft(client: client, at: People.start), in: ["de-AT"])
        #expect(mail.language == "de")
        #expect(!mail.text.contains("\nBcc") && !mail.text.contains("\r") && !mail.text.contains("\u{202E}"))
        #expect(mail.text.contains("ShopBcc: eve@evil.exampleClick {link}"))
    }

    @Test func `waits sealed, and is tried again at growing distances until its time is over`() async throws {
        let people = try await People()
        let bob = try await people.person("bob")
        people.mailbox.refuse(.temporary("451"))
        _ = try await people.administration.resetLink(for: bob.id, by: .root, at: People.start)
        let item = try #require(try await people.store.dueMails(at: People.start, limit: 1).first)
        #expect(!String(decoding: item.sealed, as: UTF8.self).contains("tsl_"))
        var attempts: [Int64] = []
        for second in Int64(0)...86_400 {
            let now = People.start + .seconds(second)
            guard try await !people.store.dueMails(at: now, limit: 1).isEmpty else { continue }
            attempts.append(second)
            #expect(await people.provider.deliverMail(at: now).isEmpty)
        }
        #expect(Array(attempts.prefix(4)) == [0, 30, 90, 210])
        #expect(try await people.store.outboxCounts().mails == 0)
        #expect(try await people.events("mail.failed").map(\.target) == ["user:\(bob.id)"])
    }

    @Test func `that is due while the program ends is left for its next start`() async throws {
        let people = try await People()
        let bob = try await people.person("bob")
        people.mailbox.refuse(.stopping)
        _ = try await people.administration.resetLink(for: bob.id, by: .root, at: People.start)
        // Nearly over: another attempt that failed would be its last.
        let item = try #require(try await people.store.dueMails(at: People.start, limit: 1).first)
        let end = item.expiresAt - .seconds(1)
        for now in [People.start, end] { #expect(await people.provider.deliverMail(at: now).isEmpty) }
        #expect(try await people.store.dueMails(at: end, limit: 1).first?.attempts == item.attempts)
        #expect(try await people.events("mail.failed").isEmpty)
    }

    @Test func `that a server never takes is given up at once`() async throws {
        let people = try await People()
        let bob = try await people.person("bob")
        people.mailbox.refuse(.permanent("550"))
        _ = try await people.administration.resetLink(for: bob.id, by: .root, at: People.start)
        _ = await people.provider.deliverMail(at: People.start)
        people.mailbox.refuse(nil)
        _ = await people.provider.deliverMail(at: People.start + .seconds(4000))
        #expect(people.mailbox.mails.isEmpty)
        #expect(try await people.events("mail.failed").map(\.detail) == ["550"])
    }

    @Test func `is written when nobody waits, so that unknown and known logins answer alike`() async throws {
        let people = try await People()
        try await people.person("bob")
        people.provider.requestReset(login: "bob", browser: People.browser(), at: People.start)
        people.provider.requestReset(login: "nobody", browser: People.browser(), at: People.start)
        #expect(try await people.store.outboxCounts().mails == 0)
        _ = await people.provider.deliverMail(at: People.start)
        #expect(people.mailbox.mails.map(\.recipient.rawValue) == ["bob@mail.example"])
        #expect(people.mailbox.mails.first?.text.contains("https://id.example/reset/set?link=tsl_") == true)
    }

    @Test func `that was asked for while the store failed is written when it works again, within a quarter of an hour`()
        async throws
    {
        let people = try await People()
        for name in ["ann", "bob", "eve"] {
            try await people.person(name)
            people.provider.requestReset(login: name, browser: People.browser(), at: People.start)
        }
        await people.store.fail(with: .busy)
        for second in Int64(0)..<3 {
            let problems = await people.provider.deliverMail(at: People.start + .seconds(second))
            #expect(problems.filter { $0.work == "mail_requests" }.count == 1)
        }
        await people.store.fail(with: nil)
        let again = People.start + .seconds(3)
        for _ in 0..<2 { #expect(await people.provider.deliverMail(at: again).isEmpty) }
        #expect(people.mailbox.mails.count == 3)
        // Nobody waits at a page that long.
        people.provider.requestReset(login: "bob", browser: People.browser(), at: again)
        await people.store.fail(with: .failed("disk full"))
        _ = await people.provider.deliverMail(at: again + .seconds(900))
        await people.store.fail(with: nil)
        _ = await people.provider.deliverMail(at: again + .seconds(901))
        #expect(people.mailbox.mails.count == 3)
    }

    @Test func `that resets a password leaves no other browser known to the account`() async throws {
        let people = try await People()
        let bob = try await people.person("bob")
        let thief = try await people.signedIn("bob").browser
        let (known, owner) = (try #require(thief.hash), People.browser("198.51.100.7"))
        #expect(try await people.store.isKnown(known, to: bob.id))
        people.provider.requestReset(login: "bob", browser: owner, at: People.start)
        _ = await people.provider.deliverMail(at: People.start)
        let text = try #require(people.mailbox.mails.first?.text)
        let start = try #require(text.firstRange(of: "tsl_"))
        let link = Secret(String(text[start.lowerBound...].prefix(47)))
        guard
            case .done = try await people.provider.resetPassword(
                link: link, password: Self.new, again: Self.new, browser: owner, at: People.start)
        else { return #expect(Bool(false), "not set") }
        #expect(try await !people.store.isKnown(known, to: bob.id))
    }

    @Test func `comes at most three times an hour, however often it is asked for`() async throws {
        let people = try await People()
        try await people.person("bob")
        for index in 0..<100 {
            let browser = People.browser("198.51.100.\(index)")
            people.provider.requestReset(login: "bob", browser: browser, at: People.start)
        }
        for _ in 0..<5 { _ = await people.provider.deliverMail(at: People.start) }
        #expect(people.mailbox.mails.count == 3)
        let later = People.start + .seconds(3601)
        people.provider.requestReset(login: "bob", browser: People.browser(), at: later)
        _ = await people.provider.deliverMail(at: later)
        #expect(people.mailbox.mails.count == 4)
    }

    @Test func `does not open an account to an address that was never proven, nor one that is shut`() async throws {
        let people = try await People()
        try await people.person("typo", isVerified: false)
        let shut = try await people.person("shut")
        _ = try await people.administration.lockDown(shut.id, by: .root, at: People.start)
        for login in ["typo", "shut"] {
            people.provider.requestReset(login: login, browser: People.browser(), at: People.start)
        }
        _ = await people.provider.deliverMail(at: People.start)
        #expect(people.mailbox.mails.isEmpty)
    }

    @Test func `resets a password once, by the newest link, in time`() async throws {
        let people = try await People()
        try await people.person("bob")
        var links: [Secret] = []
        for _ in 0..<2 {
            people.provider.requestReset(login: "bob", browser: People.browser(), at: People.start)
            _ = await people.provider.deliverMail(at: People.start)
            links.append(try people.mailbox.link())
        }
        func use(_ link: Secret, _ password: Secret, at now: NumericDate = People.start) async throws -> String {
            let outcome = try await people.provider.resetPassword(
                link: link, password: password, again: password, browser: People.browser(), at: now)
            return switch outcome {
            case .done: "done"
            case .gone: "gone"
            case .unfit: "unfit"
            case .busy: "busy"
            }
        }
        #expect(try await use(links[0], Self.new) == "gone")
        #expect(try await use(links[1], Self.new, at: People.start + .seconds(1800)) == "gone")
        // A weak password does not cost the link.
        #expect(try await use(links[1], Secret("short")) == "unfit")
        #expect(try await use(links[1], Self.new) == "done")
        #expect(try await use(links[1], Self.new) == "gone")
        #expect(try await people.signIn("bob").isRefused)
        _ = try await people.signedIn("bob", Self.new.revealedValue)
    }

    @Test func `links work for their own purpose only`() async throws {
        let people = try await People()
        let bob = try await people.person("bob", password: nil)
        _ = try await people.administration.invite(bob.id, by: .root, at: People.start)
        _ = await people.provider.deliverMail(at: People.start)
        let link = try people.mailbox.link()
        let reset = try await people.provider.resetPassword(
            link: link, password: Self.new, again: Self.new, browser: People.browser(), at: People.start)
        guard case .gone = reset else {
            Issue.record("an invitation reset a password")
            return
        }
        let accepted = try await people.provider.acceptInvitation(
            link: link, password: Self.new, again: Self.new, browser: People.browser(), at: People.start)
        guard case .done = accepted else {
            Issue.record("not accepted: \(accepted)")
            return
        }
        _ = try await people.signedIn("bob", Self.new.revealedValue)
    }

    @Test func `makes accounts for strangers only where the operator allows it, and says nothing about others`()
        async throws
    {
        let closed = try await People()
        func wish(_ address: String, at people: People) -> RegistrationWish {
            people.provider.selfRegister(address: address, browser: People.browser(), at: People.start)
        }
        #expect(wish("ann@mail.example", at: closed) == .notAllowed)
        var policy = ServerPolicy()
        policy.people.allowsSelfRegistration = true
        let people = try await People(policy: policy)
        try await people.person("bob")
        for address in ["ann@mail.example", "bob@mail.example"] { #expect(wish(address, at: people) == .taken) }
        for address in ["not an address", ""] { #expect(wish(address, at: people) == .malformed) }
        _ = await people.provider.deliverMail(at: People.start)
        // Mails due at the same moment have random names, so they go in any order.
        let mails = people.mailbox.mails.sorted { $0.recipient < $1.recipient }
        #expect(mails.map(\.recipient.rawValue) == ["ann@mail.example", "bob@mail.example"])
        #expect(mails.first?.text.contains("/invitation?link=") == true)
        #expect(mails.last?.text.contains("/reset/set?link=") == true)
        let ann = try #require(try await people.store.user(signingInAs: LoginName(canonical: "ann@mail.example")))
        #expect(!ann.isEmailVerified)
        #expect(try await people.store.password(of: ann.id) == nil)
    }

    @Test func `an account that a stranger asked for goes when nobody takes it up, and stands in nobody's way`()
        async throws
    {
        var policy = ServerPolicy()
        policy.people.allowsSelfRegistration = true
        let people = try await People(policy: policy)
        func exists(_ address: String) async throws -> Bool {
            try await people.store.user(signingInAs: LoginName(canonical: address)) != nil
        }
        for address in ["left@mail.example", "taken-up@mail.example", "claimed@mail.example"] {
            _ = people.provider.selfRegister(address: address, browser: People.browser(), at: People.start)
            _ = await people.provider.deliverMail(at: People.start)
            guard address == "taken-up@mail.example" else { continue }
            let outcome = try await people.provider.acceptInvitation(
                link: people.mailbox.link(), password: Self.new, again: Self.new, browser: People.browser(),
                at: People.start)
            guard case .done = outcome else { return #expect(Bool(false), "not taken up") }
        }
        try await people.person("owner", email: "claimed@mail.example")
        let week = People.start + .seconds(policy.people.unclaimedLifetime)
        for moment in [week - .seconds(1), week] {
            while try await people.store.sweep(at: moment, keeping: Retention(), limit: 100) > 0 {}
            #expect(try await exists("left@mail.example") == (moment < week))
            #expect(try await exists("taken-up@mail.example"))
            #expect(
                try await people.store.user(signingInAs: LoginName(canonical: "claimed@mail.example"))?.username
                    .rawValue == "owner")
        }
    }

    @Test func `is not queued where none can be sent`() async throws {
        let people = try await People(sendsMail: false)
        let bob = try await people.person("bob")
        people.provider.requestReset(login: "bob", browser: People.browser(), at: People.start)
        _ = await people.provider.deliverMail(at: People.start)
        #expect(try await people.store.outboxCounts().mails == 0)
        let link = try await people.administration.resetLink(for: bob.id, by: .root, at: People.start)
        #expect(!link.isMailed)
        #expect(link.address?.revealedValue.hasPrefix("https://id.example/reset/set?link=tsl_") == true)
    }

    @Test(arguments: [
        ("a@b.example", true), ("a.b+c@b.example", true), ("jürgen@post.example", true), ("a@b@c", false),
        ("@b.example", false), ("a@", false), ("a <b@c.example>", false), ("a,b@c.example", false),
        ("-a@b.example", false), ("a\"b@c.example", false),
    ])
    func `goes to addresses that need no quoting`(_ text: String, _ isAddress: Bool) throws {
        #expect(try #require(LoginName(text)).isMailAddress == isAddress)
    }

    @Test(arguments: [
        (0, "1970-01-01 00:00 UTC"), (951_782_399, "2000-02-28 23:59 UTC"), (951_782_400, "2000-02-29 00:00 UTC"),
        (1_800_000_000, "2027-01-15 08:00 UTC"), (-1, "1969-12-31 23:59 UTC"), (4_107_542_399, "2100-02-28 23:59 UTC"),
    ])
    func `says moments as people read them`(_ seconds: Int, _ text: String) {
        #expect(NumericDate(secondsSince1970: Int64(seconds)).utcText == text)
    }
}
