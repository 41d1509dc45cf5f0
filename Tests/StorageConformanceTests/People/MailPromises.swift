import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What ``MailLinkStore`` and ``Outbox`` promise.
@Suite struct MailPromises {
    private let subject = Sample.user().id

    @Test(arguments: StoreUnderTest.allCases)
    func `a link works for its purpose until it expires`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let link = Sample.link()
            let mail = Sample.mail()
            #expect(try await store.insert(link, perHour: 1, with: Sample.effects("link.sent", mails: [mail])))
            let last = link.expiresAt - .seconds(1)
            #expect(try await store.mailLink(link.hash, for: .resetPassword, at: last) == link)
            #expect(try await store.mailLink(link.hash, for: .invitation, at: last) == nil)
            #expect(try await store.mailLink(link.hash, for: .resetPassword, at: link.expiresAt) == nil)
            #expect(try await store.mailLink(Sample.hash("guess"), for: .resetPassword, at: last) == nil)
            #expect(try await store.dueMails(at: Sample.now, limit: 9) == [mail])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a newer link replaces an older one, so many in an hour`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            func send(_ name: String, _ purpose: MailLink.Purpose, after seconds: Int64) async throws -> Bool {
                let link = Sample.link(name, purpose: purpose, at: Sample.now + .seconds(seconds))
                return try await store.insert(link, perHour: 2, with: Sample.effects("link.sent"))
            }
            func works(_ name: String, _ purpose: MailLink.Purpose) async throws -> Bool {
                try await store.mailLink(Sample.link(name).hash, for: purpose, at: Sample.now) != nil
            }
            #expect(try await send("a", .resetPassword, after: 0))
            #expect(try await send("v", .verifyAddress, after: 0))
            #expect(try await send("b", .resetPassword, after: 1))
            #expect(try await !works("a", .resetPassword))
            #expect(try await works("b", .resetPassword))
            #expect(try await works("v", .verifyAddress))
            // A third within the hour is refused and replaces nothing; the hour of the first ends with its last second.
            #expect(try await !send("c", .resetPassword, after: 3599))
            #expect(try await works("b", .resetPassword))
            #expect(try await send("c", .resetPassword, after: 3600))
            #expect(try await store.count("link.sent") == 4)
            let nobody = Sample.link("n", of: "nobody")
            #expect(try await !store.insert(nobody, perHour: 9, with: Sample.effects("link.sent")))
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `lists the links that work, and withdraws them`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let invitation = Sample.link("i", purpose: .invitation)
            _ = try await store.insert(invitation, perHour: 9, with: Effects([]))
            _ = try await store.insert(Sample.link("r"), perHour: 9, with: Effects([]))
            func links(after id: Subject? = nil, at now: NumericDate = Sample.now) async throws -> [MailLink] {
                try await store.mailLinks(for: .invitation, after: id, limit: 9, at: now)
            }
            func withdraw() async throws -> Bool {
                try await store.withdrawLinks(
                    of: subject, for: .invitation, at: Sample.now, with: Sample.effects("withdrawn"))
            }
            #expect(try await links() == [invitation])
            #expect(try await links(after: subject).isEmpty)
            #expect(try await links(at: invitation.expiresAt).isEmpty)
            #expect(try await withdraw())
            #expect(try await links().isEmpty)
            #expect(try await store.mailLink(invitation.hash, for: .invitation, at: Sample.now) == nil)
            #expect(try await store.mailLink(Sample.link("r").hash, for: .resetPassword, at: Sample.now) != nil)
            #expect(try await !withdraw())
            #expect(try await store.count("withdrawn") == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `lists the open links of one person, whatever they are for`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            _ = try await store.insert(Sample.user("u2"), password: nil, with: Effects([]))
            let invitation = Sample.link("i", purpose: .invitation, at: Sample.now + .seconds(5))
            let older = Sample.link("old")
            let newer = Sample.link("new", at: Sample.now + .seconds(1))
            for link in [invitation, older, newer, Sample.link("other", of: "u2")] {
                #expect(try await store.insert(link, perHour: 9, with: Effects([])))
            }
            // Also after the person has another address: the row is still about them.
            var user = try #require(try await store.user(subject))
            user.email = LoginName(canonical: "moved@example.com")
            _ = try await store.update(user, ending: nil, at: Sample.now, with: Effects([]))
            func open(at now: NumericDate = Sample.now) async throws -> [MailLink] {
                try await store.mailLinks(to: subject, at: now)
            }
            #expect(try await open() == [newer, invitation])
            #expect(try await open(at: newer.expiresAt) == [invitation])
            #expect(try await open(at: invitation.expiresAt).isEmpty)
            _ = try await store.withdrawLinks(
                of: subject, for: .invitation, at: Sample.now, with: Sample.effects("withdrawn"))
            #expect(try await open() == [newer])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `verifies the address once, if it is still the person's`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let link = Sample.link("v", purpose: .verifyAddress)
            _ = try await store.insert(link, perHour: 9, with: Effects([]))
            func verify(_ hash: TokenHash) async throws -> Subject? {
                try await store.verifyAddress(spending: hash, at: Sample.now, with: Sample.effects("verified"))
            }
            #expect(try await verify(link.hash) == subject)
            #expect(try await verify(link.hash) == nil)
            var user = try #require(try await store.user(subject))
            #expect(user.isEmailVerified && user.version == 2)
            let second = Sample.link("w", purpose: .verifyAddress)
            _ = try await store.insert(second, perHour: 9, with: Effects([]))
            user.email = LoginName(canonical: "new@example.com")
            user.isEmailVerified = false
            _ = try await store.update(user, ending: nil, at: Sample.now, with: Effects([]))
            #expect(try await verify(second.hash) == nil)
            #expect(try await store.user(subject)?.isEmailVerified == false)
            // A link of another purpose verifies nothing.
            let reset = MailLink(
                hash: Sample.hash("r"), purpose: .resetPassword, subject: subject, email: user.email ?? user.username,
                createdAt: Sample.now, expiresAt: Sample.now + .seconds(9))
            _ = try await store.insert(reset, perHour: 9, with: Effects([]))
            #expect(try await verify(reset.hash) == nil)
            #expect(try await store.count("verified") == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases, [MailLink.Purpose.resetPassword, .invitation])
    func `a link sets the password once and ends everything`(
        kind: StoreUnderTest, purpose: MailLink.Purpose
    ) async throws {
        try await kind.runWithPerson { store async throws in
            try await store.start(Sample.authorization())
            let link = Sample.link(purpose: purpose)
            _ = try await store.insert(link, perHour: 9, with: Effects([]))
            let new = Sample.password("$new")
            func set(_ purpose: MailLink.Purpose) async throws -> UserChange {
                try await store.setPassword(
                    new, spending: link.hash, for: purpose, at: Sample.now, with: Sample.effects("password.set"))
            }
            #expect(try await set(.verifyAddress) == .missing)
            let verification = Sample.link("v", purpose: .verifyAddress)
            _ = try await store.insert(verification, perHour: 9, with: Effects([]))
            let misused = try await store.setPassword(
                new, spending: verification.hash, for: .verifyAddress, at: Sample.now, with: Effects([]))
            #expect(misused == .missing)
            #expect(try await set(purpose == .invitation ? .resetPassword : .invitation) == .missing)
            #expect(try await store.password(of: subject) == Sample.password())
            let ended = Ended(sessions: [Sample.session().id], grants: [Sample.authorization().id])
            #expect(try await set(purpose) == .done(ended))
            #expect(try await set(purpose) == .missing)
            #expect(try await store.password(of: subject) == new)
            #expect(try await store.user(subject)?.isEmailVerified == true)
            #expect(try await store.endReason(of: Sample.authorization().id) == .passwordChanged)
            #expect(try await store.count("password.set") == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases, [MailLink.Purpose.resetPassword, .invitation])
    func `a link that was handed over proves no address`(kind: StoreUnderTest, purpose: MailLink.Purpose) async throws {
        try await kind.runWithPerson { store async throws in
            func use(_ name: String, isMailed: Bool) async throws -> Bool? {
                let link = Sample.link(name, purpose: purpose, isMailed: isMailed)
                _ = try await store.insert(link, perHour: 9, with: Effects([]))
                #expect(try await store.mailLink(link.hash, for: purpose, at: Sample.now) == link)
                #expect(try await store.mailLinks(for: purpose, after: nil, limit: 9, at: Sample.now) == [link])
                #expect(try await store.mailLinks(to: subject, at: Sample.now) == [link])
                let change = try await store.setPassword(
                    Sample.password("$\(name)"), spending: link.hash, for: purpose, at: Sample.now, with: Effects([]))
                #expect(change != .missing)
                #expect(try await store.password(of: subject) == Sample.password("$\(name)"))
                return try await store.user(subject)?.isEmailVerified
            }
            #expect(try await store.user(subject)?.isEmailVerified == false)
            #expect(try await use("handed", isMailed: false) == false)
            #expect(try await use("mailed", isMailed: true) == true)
            // What was proven stays so.
            #expect(try await use("again", isMailed: false) == true)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `no link opens an account that is shut`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let (reset, verification) = (Sample.link(), Sample.link("v", purpose: .verifyAddress))
            for link in [reset, verification] { _ = try await store.insert(link, perHour: 9, with: Effects([])) }
            var user = Sample.user()
            user.lockedDownAt = Sample.now
            _ = try await store.update(user, ending: nil, at: Sample.now, with: Effects([]))
            let change = try await store.setPassword(
                Sample.password("$new"), spending: reset.hash, for: .resetPassword, at: Sample.now,
                with: Sample.effects())
            #expect(change == .missing)
            #expect(
                try await store.verifyAddress(spending: verification.hash, at: Sample.now, with: Sample.effects())
                    == nil)
            #expect(try await store.mailLink(reset.hash, for: .resetPassword, at: Sample.now) == nil)
            #expect(try await store.password(of: subject) == Sample.password())
            #expect(try await store.count("test.happened") == 0)
        }
    }

    @Test(arguments: StoreUnderTest.allCases, [true, false])
    func `no link works again when an account is opened again`(kind: StoreUnderTest, isLockdown: Bool) async throws {
        try await kind.runWithPerson { store async throws in
            let purposes: [MailLink.Purpose] = [.resetPassword, .verifyAddress, .invitation]
            for purpose in purposes {
                let link = Sample.link(purpose.rawValue, purpose: purpose)
                #expect(try await store.insert(link, perHour: 9, with: Effects([])))
            }
            func working() async throws -> Int {
                var count = 0
                for purpose in purposes
                where try await store.mailLink(Sample.link(purpose.rawValue).hash, for: purpose, at: Sample.now) != nil
                {
                    count += 1
                }
                return count
            }
            #expect(try await working() == 3)
            var user = try #require(try await store.user(subject))
            user.lockedDownAt = isLockdown ? Sample.now : nil
            user.isEnabled = isLockdown
            _ = try await store.update(user, ending: nil, at: Sample.now, with: Effects([]))
            user = try #require(try await store.user(subject))
            user.lockedDownAt = nil
            user.isEnabled = true
            _ = try await store.update(user, ending: nil, at: Sample.now, with: Effects([]))
            #expect(try await working() == 0)
            // One that is sent after that does.
            let fresh = Sample.link("fresh", at: Sample.now)
            #expect(try await store.insert(fresh, perHour: 9, with: Effects([])))
            #expect(try await store.mailLink(fresh.hash, for: .resetPassword, at: Sample.now) == fresh)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `mails wait until they are due, were sent or are too old`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let now = Sample.now
            let mails = [Sample.mail("b", at: now), Sample.mail("a", at: now), Sample.mail("c", at: now + .seconds(1))]
            try await store.give(Sample.consent(), with: Effects([], mails: mails))
            #expect(try await store.dueMails(at: now, limit: 9).map(\.id) == ["a", "b"])
            #expect(try await store.dueMails(at: now, limit: 1).map(\.id) == ["a"])
            try await store.postponeMail("a", until: now + .seconds(60))
            #expect(try await store.dueMails(at: now + .seconds(59), limit: 9).map(\.id) == ["b", "c"])
            let postponed = try #require(try await store.dueMails(at: now + .seconds(60), limit: 9).last)
            #expect(postponed.id == "a" && postponed.attempts == 1 && postponed.sealed == mails[1].sealed)
            #expect(try await store.dueMails(at: now + .seconds(86_400), limit: 9).map(\.id) == ["c"])
            for _ in 0..<2 { try await store.finishMail("b", recording: Sample.event("mail.given_up")) }
            try await store.finishMail("a", recording: nil)
            #expect(try await store.outboxCounts() == (mails: 1, logouts: 0))
            #expect(try await store.count("mail.given_up") == 1)
            try await store.postponeMail("gone", until: now)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `logout tokens wait for each client that took part and has an address`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            for id in ["bb", "aa", "elsewhere"] {
                let client = Sample.application(id, backchannelLogoutURI: "https://\(id).example/logout")
                _ = try await store.insert(client, recording: Sample.event())
            }
            for client in ["app", "bb", "aa"] { try await store.start(Sample.authorization(client, client: client)) }
            // Whoever was given anything hears of it, even if that has ended before.
            _ = try await store.end(
                .grant(GrantID(unchecked: "bb")), because: .tokenRevoked, at: Sample.now, with: Effects([]))
            let ended = try await store.end(
                .session(Sample.session().id), because: .signedOut, at: Sample.now, with: Effects([]))
            #expect(ended.logouts == 2)
            func due(after seconds: Int64) async throws -> [LogoutDelivery] {
                try await store.dueLogouts(at: Sample.now + .seconds(seconds), limit: 9, perClient: 9)
            }
            let all = try await due(after: 0)
            #expect(all.map(\.client.rawValue) == ["aa", "bb"])
            #expect(all.allSatisfy { $0.subject == subject && $0.session == Sample.session().id && $0.attempts == 0 })
            #expect(all.allSatisfy { $0.expiresAt == Sample.now + .seconds(86_400) })
            let (first, second) = (try #require(all.first), try #require(all.last))
            #expect(first.id < second.id)
            try await store.postponeLogout(first.id, until: Sample.now + .seconds(30))
            #expect(try await due(after: 29).map(\.id) == [second.id])
            #expect(try await due(after: 30).map(\.attempts) == [0, 1])
            for _ in 0..<2 { try await store.finishLogout(second.id, recording: Sample.event("logout.given_up")) }
            #expect(try await store.outboxCounts() == (mails: 0, logouts: 1))
            #expect(try await store.count("logout.given_up") == 1)
            #expect(try await due(after: 86_400).isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a client that is to be told much leaves room for the others`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            for id in ["busy", "calm", "late"] {
                let client = Sample.application(id, backchannelLogoutURI: "https://\(id).example/logout")
                _ = try await store.insert(client, recording: Sample.event())
            }
            // The session of each moment has its own clients.
            let sessions = [["busy"], ["busy"], ["busy", "calm"], ["busy"], ["late"]]
            for (second, clients) in sessions.enumerated() {
                let (id, moment) = ("n\(second)", Sample.now + .seconds(Int64(second)))
                _ = try await store.insert(Sample.session(id), replacing: nil, knowing: nil, with: Effects([]))
                for client in clients {
                    try await store.start(Sample.authorization("\(client)-\(id)", client: client, in: id))
                }
                _ = try await store.end(
                    .session(SessionID(unchecked: id)), because: .signedOut, at: moment, with: Effects([]))
            }
            func due(_ limit: Int, perClient: Int, after seconds: Int64 = 9) async throws -> [String] {
                try await store.dueLogouts(at: Sample.now + .seconds(seconds), limit: limit, perClient: perClient)
                    .map { "\($0.client) \($0.session)" }
            }
            #expect(try await due(9, perClient: 2) == ["busy n0", "calm n2", "late n4", "busy n1"])
            #expect(try await due(2, perClient: 2) == ["busy n0", "calm n2"])
            let all = ["busy n0", "calm n2", "busy n1", "busy n2", "busy n3"]
            #expect(try await due(9, perClient: 9, after: 3) == all)
            #expect(try await due(9, perClient: 1, after: 1) == ["busy n0"])
            #expect(try await due(0, perClient: 1).isEmpty)
            #expect(try await due(9, perClient: 0).isEmpty)
        }
    }
}
