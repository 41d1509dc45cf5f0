import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What ``UserStore`` promises.
@Suite struct UserPromises {
    private func full() throws -> User {
        User(
            id: Subject(unchecked: "full"), username: try #require(LoginName("Zoë 'quoted'; DROP TABLE user; --")),
            email: LoginName("Zoe@Example.COM"), isEmailVerified: true, isEnabled: false,
            lockedDownAt: Sample.now + .seconds(3),
            attributes: JSONObject([("name", .string("Zoë \"Z\"")), ("age", .integer(7)), ("deep", .array([.null]))]),
            groups: ["staff", "a b, c"], roles: ["admin"], createdAt: Sample.now, updatedAt: Sample.now + .seconds(5),
            version: 4)
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `returns every member of a user as it was stored`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let user = try full()
            #expect(try await store.insert(user, password: Sample.password(), with: Sample.effects()) == .inserted)
            #expect(try await store.user(user.id) == user)
            #expect(try await store.user(signingInAs: user.username) == user)
            #expect(try await store.user(signingInAs: LoginName(canonical: "zoe@example.com")) == user)
            #expect(try await store.password(of: user.id) == Sample.password())
            #expect(try await store.user(Subject(unchecked: "nobody")) == nil)
            #expect(try await store.user(signingInAs: LoginName(canonical: "zoe")) == nil)
            #expect(try await store.password(of: Subject(unchecked: "nobody")) == nil)
            #expect(try await store.count("test.happened") == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a name belongs to one person, be it a user name or an address`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let first = Sample.user("u1", username: "zoe@example.com", email: "zoe@example.com")
            #expect(try await store.insert(first, password: nil, with: Effects([])) == .inserted)
            let rivals = [
                Sample.user("u2", username: "zoe@example.com"), Sample.user("u2", email: "zoe@example.com"),
                Sample.user("u1", username: "other", email: "other@example.com"),
            ]
            for rival in rivals {
                #expect(try await store.insert(rival, password: nil, with: Sample.effects()) == .exists)
            }
            var second = Sample.user("u2")
            #expect(try await store.insert(second, password: nil, with: Effects([])) == .inserted)
            second.email = first.email
            #expect(try await store.update(second, ending: nil, at: Sample.now, with: Sample.effects()) == .exists)
            #expect(try await store.user(second.id)?.email == Sample.user("u2").email)
            #expect(try await store.events(AuditQuery()).isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a name that was given up is free again`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            var user = Sample.user("u1", username: "old")
            _ = try await store.insert(user, password: nil, with: Effects([]))
            user.username = LoginName(canonical: "new")
            #expect(try await store.update(user, ending: nil, at: Sample.now, with: Effects([])) == .done(Ended()))
            #expect(try await store.user(signingInAs: LoginName(canonical: "old")) == nil)
            #expect(
                try await store.insert(Sample.user("u2", username: "old"), password: nil, with: Effects([]))
                    == .inserted)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `lists in the order of the ids and finds by the beginning of a name`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            for (id, name) in [("c", "anna"), ("a", "annabel"), ("e", "an%a"), ("B", "bob"), ("d", "zoë")] {
                let user = Sample.user(id, username: name, email: "\(id.lowercased())@mail.example")
                _ = try await store.insert(user, password: nil, with: Effects([]))
            }
            #expect(try await store.users(matching: nil, after: nil, limit: 3).map(\.id.rawValue) == ["B", "a", "c"])
            let later = try await store.users(matching: nil, after: Subject(unchecked: "c"), limit: 3)
            #expect(later.map(\.id.rawValue) == ["d", "e"])
            let expectations: [(String, [String])] = [
                ("ANNA", ["a", "c"]), ("an%", ["e"]), ("_", []), ("zo\u{65}\u{308}", ["d"]), ("b@", ["B"]),
                ("nna", []), ("\u{0}", []), ("", []),
            ]
            for (search, found) in expectations {
                #expect(try await store.users(matching: search, after: nil, limit: 9).map(\.id.rawValue) == found)
            }
            let rest = try await store.users(matching: "anna", after: Subject(unchecked: "a"), limit: 9)
            #expect(rest.map(\.id.rawValue) == ["c"])
            #expect(try await store.users(matching: nil, after: nil, limit: 0).isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `updates only the version that was read, with event, mail and what it ends`(kind: StoreUnderTest) async throws
    {
        try await kind.runWithPerson { store async throws in
            var user = Sample.user()
            user.isEnabled = false
            user.updatedAt = Sample.now + .seconds(9)
            let effects = Sample.effects("user.disabled", mails: [Sample.mail()])
            let target = EndTarget.subject(user.id, keeping: nil)
            let change = try await store.update(user, ending: target, at: Sample.now, with: effects)
            #expect(change == .done(Ended(sessions: [Sample.session().id])))
            let stored = try #require(try await store.user(user.id))
            #expect(stored.version == 2 && !stored.isEnabled && stored.updatedAt == Sample.now + .seconds(9))
            #expect(try await store.update(user, ending: target, at: Sample.now, with: effects) == .conflict)
            let nobody = Sample.user("nobody")
            #expect(try await store.update(nobody, ending: target, at: Sample.now, with: effects) == .missing)
            #expect(try await store.count("user.disabled") == 1)
            #expect(try await store.dueMails(at: Sample.now, limit: 9) == [Sample.mail()])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a deleted person leaves nothing but what says that it ended`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let user = Sample.user()
            let browser = KnownBrowser(subject: user.id, hash: Sample.hash("browser"), lastSeenAt: Sample.now)
            _ = try await store.insert(Sample.session("s2"), replacing: nil, knowing: browser, with: Effects([]))
            try await store.start(Sample.authorization())
            try await store.give(Sample.consent(), with: Effects([]))
            _ = try await store.insert(Sample.link(), perHour: 5, with: Effects([]))
            let change = try await store.deleteUser(user.id, at: Sample.now, with: Sample.effects("user.deleted"))
            let sessions = [Sample.session("s1").id, Sample.session("s2").id]
            #expect(change == .done(Ended(sessions: sessions, grants: [Sample.authorization().id])))
            #expect(try await store.user(user.id) == nil)
            #expect(try await store.user(signingInAs: user.username) == nil)
            #expect(try await store.password(of: user.id) == nil)
            #expect(try await store.consents(of: user.id).isEmpty)
            #expect(try await store.mailLink(Sample.link().hash, for: .resetPassword, at: Sample.now) == nil)
            #expect(try await !store.isKnown(browser.hash, to: user.id))
            #expect(try await store.clients(inSession: sessions[0]).isEmpty)
            #expect(try await store.endReason(of: Sample.authorization().id) == .accountDeleted)
            #expect(
                try await store.deleteUser(user.id, at: Sample.now, with: Sample.effects("user.deleted")) == .missing)
            #expect(try await store.count("user.deleted") == 1)
            // A person of the same name is another person.
            #expect(
                try await store.insert(Sample.user("u9", username: "name-u1"), password: nil, with: Effects([]))
                    == .inserted)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a new password ends what it should and voids links that would set another`(kind: StoreUnderTest) async throws
    {
        try await kind.runWithPerson { store async throws in
            let user = Sample.user()
            _ = try await store.insert(Sample.session("s2"), replacing: nil, knowing: nil, with: Effects([]))
            _ = try await store.insert(Sample.link(), perHour: 5, with: Effects([]))
            let verification = Sample.link("l2", purpose: .verifyAddress)
            _ = try await store.insert(verification, perHour: 5, with: Effects([]))
            let new = Sample.password("$new")
            let change = try await store.setPassword(
                new, of: user.id, ending: .subject(user.id, keeping: Sample.session().id), at: Sample.now,
                with: Sample.effects("password.changed"))
            #expect(change == .done(Ended(sessions: [Sample.session("s2").id])))
            #expect(try await store.password(of: user.id) == new)
            #expect(try await store.user(user.id)?.version == 2)
            #expect(try await store.mailLink(Sample.link().hash, for: .resetPassword, at: Sample.now) == nil)
            #expect(try await store.mailLink(verification.hash, for: .verifyAddress, at: Sample.now) != nil)
            let missing = try await store.setPassword(
                new, of: Subject(unchecked: "nobody"), ending: nil, at: Sample.now,
                with: Sample.effects("password.changed"))
            #expect(missing == .missing)
            #expect(try await store.count("password.changed") == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a change that was judged by an old password never undoes a newer one`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let subject = Sample.user().id
            let (old, reset, late) = (Sample.password(), Sample.password("$reset"), Sample.password("$late"))
            _ = try await store.setPassword(reset, of: subject, ending: nil, at: Sample.now, with: Effects([]))
            let change = try await store.setPassword(
                late, of: subject, replacing: old, ending: nil, at: Sample.now, with: Sample.effects())
            #expect(change == .conflict)
            #expect(try await !store.upgradePassword(of: subject, from: old, to: late))
            #expect(try await store.password(of: subject) == reset)
            #expect(try await store.count("test.happened") == 0)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `finds the passwords whose hash begins in another way`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let subject = Sample.user().id
            let foreign = Sample.password("$2b$10$abc")
            _ = try await store.setPassword(foreign, of: subject, ending: nil, at: Sample.now, with: Effects([]))
            #expect(try await store.passwords(notBeginningWith: "$argon2id$", limit: 10) == [foreign])
            #expect(try await store.passwords(notBeginningWith: "$2b$10$", limit: 10).isEmpty)
            #expect(try await store.passwords(notBeginningWith: "$2B$10$", limit: 10) == [foreign])
            #expect(try await store.passwords(notBeginningWith: "$argon2id$", limit: 0).isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a stronger hash of the same password changes nothing else`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let subject = Sample.user().id
            let stronger = StoredPassword(encoded: "$stronger", changedAt: Sample.now + .seconds(99))
            #expect(try await store.upgradePassword(of: subject, from: Sample.password(), to: stronger))
            #expect(
                try await store.password(of: subject)
                    == StoredPassword(encoded: "$stronger", changedAt: Sample.password().changedAt))
            #expect(try await store.user(subject)?.version == 1)
        }
    }
}

/// What ``User/pendingEmail`` and ``User/expiresAt`` mean.
@Suite struct UnprovenNamesPromises {
    private let address = LoginName(canonical: "new@example.com")

    private func asked(_ id: String = "asked", at name: String = "new@example.com") -> User {
        var user = Sample.user(id, username: name, email: name)
        user.expiresAt = Sample.now + .seconds(700)
        return user
    }

    /// The link that proves the address that a person asked for.
    private func askForAddress(in store: any Store) async throws -> MailLink {
        var user = try #require(try await store.user(Sample.user().id))
        user.pendingEmail = address
        _ = try await store.update(user, ending: nil, at: Sample.now, with: Effects([]))
        let link = MailLink(
            hash: Sample.hash("v"), purpose: .verifyAddress, subject: user.id, email: address,
            createdAt: Sample.now, expiresAt: Sample.now + .seconds(900))
        _ = try await store.insert(link, perHour: 9, with: Effects([]))
        return link
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `an address that waits for its proof is no name, and becomes one with it`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            var user = try #require(try await store.user(Sample.user().id))
            user.pendingEmail = address
            #expect(try await store.update(user, ending: nil, at: Sample.now, with: Effects([])) == .done(Ended()))
            #expect(try await store.user(user.id)?.pendingEmail == address)
            #expect(try await store.user(signingInAs: address) == nil)
            let link = MailLink(
                hash: Sample.hash("v"), purpose: .verifyAddress, subject: user.id, email: address,
                createdAt: Sample.now, expiresAt: Sample.now + .seconds(900))
            #expect(try await store.insert(link, perHour: 9, with: Effects([])))
            #expect(try await store.mailLink(link.hash, for: .verifyAddress, at: Sample.now) == link)
            // An account that nobody took up has it: it gives way.
            #expect(try await store.insert(asked(), password: nil, with: Effects([])) == .inserted)
            #expect(try await store.verifyAddress(spending: link.hash, at: Sample.now, with: Effects([])) == user.id)
            let proven = try #require(try await store.user(signingInAs: address))
            #expect(proven.id == user.id && proven.isEmailVerified && proven.pendingEmail == nil)
            #expect(try await store.user(Subject(unchecked: "asked")) == nil)
            let old = try #require(Sample.user().email)
            #expect(try await store.user(signingInAs: old) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `an address that waits for its proof is dropped when all of a person ends`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            let link = try await askForAddress(in: store)
            let ending = EndTarget.subject(link.subject, keeping: nil)
            _ = try await store.end(ending, because: .signedOutEverywhere, at: Sample.now, with: Sample.effects())
            #expect(try await store.count("test.happened") == 1)
            #expect(try await store.user(link.subject)?.pendingEmail == nil)
            #expect(try await store.verifyAddress(spending: link.hash, at: Sample.now, with: Effects([])) == nil)
            #expect(try await store.user(signingInAs: address) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `an address that somebody has is not proven by another, whose link stays unspent`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            let link = try await askForAddress(in: store)
            let owner = Sample.user("owner", email: address.rawValue)
            #expect(try await store.insert(owner, password: nil, with: Effects([])) == .inserted)
            #expect(
                try await store.verifyAddress(spending: link.hash, at: Sample.now, with: Sample.effects()) == nil)
            #expect(try await store.user(signingInAs: address)?.id == owner.id)
            #expect(try await store.user(link.subject)?.email == Sample.user().email)
            #expect(try await store.count("test.happened") == 0)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `an account that nobody took up gives way to others, not to its like, and goes in time`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            #expect(try await store.insert(asked(), password: nil, with: Effects([])) == .inserted)
            #expect(try await store.insert(asked("again"), password: nil, with: Effects([])) == .exists)
            let owner = Sample.user("owner", email: address.rawValue)
            #expect(try await store.insert(owner, password: nil, with: Effects([])) == .inserted)
            #expect(try await store.user(signingInAs: address)?.id == owner.id)
            let way = try await store.events(AuditQuery(action: "user.unclaimed_gave_way"))
            #expect(way.map(\.target) == ["user:owner"] && way.map(\.count) == [1])
            for id in ["left", "kept"] {
                _ = try await store.insert(asked(id, at: "\(id)@example.com"), password: nil, with: Effects([]))
            }
            _ = try await store.setPassword(
                Sample.password(), of: Subject(unchecked: "kept"), ending: nil, at: Sample.now, with: Effects([]))
            for (seconds, isThere) in [(Int64(699), true), (700, false)] {
                while try await store.sweep(
                    at: Sample.now + .seconds(seconds), keeping: Retention(), limit: 1) > 0
                {}
                #expect(try await (store.user(Subject(unchecked: "left")) != nil) == isThere)
                #expect(try await store.user(Subject(unchecked: "kept"))?.expiresAt == nil)
                #expect(try await store.user(Subject(unchecked: "kept")) != nil)
                let gone = try await store.events(AuditQuery(action: "user.unclaimed_expired"))
                #expect(gone.map(\.count) == (isThere ? [] : [1]))
            }
        }
    }
}
