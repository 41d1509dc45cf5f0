import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What ``SessionStore`` and ``KnownBrowserStore`` promise.
@Suite struct SessionPromises {
    @Test(arguments: StoreUnderTest.allCases)
    func `returns every member of a session until its last second`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let session = Sample.session()
            let last = session.expiresAt - .seconds(1)
            #expect(try await store.session(session.hash, at: last) == session)
            #expect(try await store.session(session.id, at: last) == session)
            #expect(try await store.sessions(of: session.subject, at: last) == [session])
            #expect(try await store.session(session.hash, at: session.expiresAt) == nil)
            #expect(try await store.session(session.id, at: session.expiresAt) == nil)
            #expect(try await store.sessions(of: session.subject, at: session.expiresAt).isEmpty)
            #expect(try await store.session(Sample.hash("guess"), at: last) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `lists live sessions, newest first`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let later = Sample.now + .seconds(5)
            for session in [Sample.session("s2", at: later), Sample.session("s3"), Sample.session("s4", at: later)] {
                _ = try await store.insert(session, replacing: nil, knowing: nil, with: Effects([]))
            }
            _ = try await store.end(
                .session(Sample.session("s4").id), because: .signedOut, at: later, with: Effects([]))
            let listed = try await store.sessions(of: Sample.user().id, at: later)
            #expect(listed.map(\.id.rawValue) == ["s2", "s1", "s3"])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `was last seen later and later`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let id = Sample.session().id
            for offset: Int64 in [9, 5] { try await store.touch(id, at: Sample.now + .seconds(offset)) }
            #expect(try await store.session(id, at: Sample.now)?.lastSeenAt == Sample.now + .seconds(9))
            try await store.touch(SessionID(unchecked: "none"), at: Sample.now)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `nobody is signed in who may not act or has changed meanwhile`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let session = Sample.session("s2")
            func insert(asOf version: Int64?) async throws -> Ended? {
                try await store.insert(
                    session, replacing: Sample.session().id, knowing: nil, asOf: version, with: Sample.effects())
            }
            _ = try await store.setPassword(
                Sample.password("$new"), of: session.subject, ending: nil, at: Sample.now, with: Effects([]))
            #expect(try await insert(asOf: 1) == nil)
            var user = try #require(try await store.user(session.subject))
            user.lockedDownAt = Sample.now
            _ = try await store.update(user, ending: nil, at: Sample.now, with: Effects([]))
            #expect(try await insert(asOf: nil) == nil)
            #expect(
                try await store.insert(
                    Sample.session("s3", of: "nobody"), replacing: nil, knowing: nil, with: Sample.effects()) == nil)
            #expect(try await store.session(session.hash, at: Sample.now) == nil)
            #expect(try await store.session(Sample.session().id, at: Sample.now) != nil)
            #expect(try await store.count("test.happened") == 0)
            user = try #require(try await store.user(session.subject))
            user.lockedDownAt = nil
            _ = try await store.update(user, ending: nil, at: Sample.now, with: Effects([]))
            #expect(try await insert(asOf: 4) != nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `signing in again carries over what was given`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            try await store.start(Sample.authorization())
            let new = Sample.session("s2")
            let ended = try await store.insert(
                new, replacing: Sample.session().id, knowing: nil, with: Sample.effects("signed.in"))
            #expect(ended == Ended(sessions: [Sample.session().id]))
            #expect(try await store.session(Sample.session().hash, at: Sample.now) == nil)
            #expect(try await store.authorization(Sample.authorization().id)?.session == new.id)
            #expect(try await store.clients(inSession: new.id).map(\.rawValue) == ["app"])
            #expect(try await store.refreshRecord(Sample.authorization().id, at: Sample.now)?.sessionStands == true)
            #expect(try await store.count("signed.in") == 1)
            #expect(try await store.outboxCounts() == (0, 0))
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a session may be renewed under the name that clients know`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            try await store.start(Sample.authorization())
            let old = Sample.session()
            let renewed = Session(
                id: old.id, hash: Sample.hash("renewed"), subject: old.subject,
                authenticatedAt: Sample.now + .seconds(50), methods: ["pwd", "otp"],
                createdAt: Sample.now + .seconds(50), expiresAt: Sample.now + .seconds(700_000))
            let ended = try await store.insert(renewed, replacing: old.id, knowing: nil, with: Effects([]))
            #expect(ended == Ended())
            #expect(try await store.session(old.hash, at: Sample.now) == nil)
            #expect(try await store.session(renewed.hash, at: Sample.now) == renewed)
            #expect(try await store.authorization(Sample.authorization().id)?.session == old.id)
            #expect(try await store.clients(inSession: old.id).count == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a session that has ended is not renewed, nor is somebody else's`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            _ = try await store.insert(Sample.user("u2"), password: nil, with: Effects([]))
            let id = Sample.session().id
            let foreign = Sample.session("s1", of: "u2")
            #expect(try await store.insert(foreign, replacing: id, knowing: nil, with: Sample.effects()) == nil)
            #expect(try await store.insert(foreign, replacing: nil, knowing: nil, with: Sample.effects()) == nil)
            _ = try await store.end(.session(id), because: .signedOut, at: Sample.now, with: Effects([]))
            #expect(
                try await store.insert(Sample.session(), replacing: id, knowing: nil, with: Sample.effects()) == nil)
            #expect(
                try await store.insert(Sample.session(), replacing: nil, knowing: nil, with: Sample.effects()) == nil)
            #expect(try await store.session(id, at: Sample.now) == nil)
            #expect(try await store.count("test.happened") == 0)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `nothing is carried over from somebody else or from a session whose time was over`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            _ = try await store.insert(Sample.user("u2"), password: nil, with: Effects([]))
            try await store.start(Sample.authorization())
            let stranger = Sample.session("s2", of: "u2")
            let ended = try await store.insert(
                stranger, replacing: Sample.session().id, knowing: nil, with: Effects([]))
            #expect(ended == Ended(sessions: [Sample.session().id], grants: [Sample.authorization().id]))
            #expect(try await store.endReason(of: Sample.authorization().id) == .replaced)

            let short = Sample.session("s3", lasting: 100)
            _ = try await store.insert(short, replacing: nil, knowing: nil, with: Effects([]))
            try await store.start(Sample.authorization("a3", in: "s3"))
            let next = Sample.session("s4", at: short.expiresAt)
            let over = try await store.insert(next, replacing: short.id, knowing: nil, with: Effects([]))
            #expect(over == Ended(sessions: [short.id], grants: [GrantID(unchecked: "a3")]))
            #expect(try await store.clients(inSession: next.id).isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `keeps so many sessions of a person, those that were used last`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            _ = try await store.insert(Sample.user("u2"), password: nil, with: Effects([]))
            _ = try await store.insert(
                Sample.session("other", of: "u2"), replacing: nil, knowing: nil, with: Effects([]))
            func signIn(_ name: String, after seconds: Int64, replacing old: String? = nil) async throws -> Ended? {
                try await store.insert(
                    Sample.session(name, at: Sample.now + .seconds(seconds)),
                    replacing: old.map(SessionID.init(unchecked:)), knowing: nil, asOf: nil, keeping: 3,
                    with: Effects([]))
            }
            func names() async throws -> [String] {
                try await store.sessions(of: Sample.user().id, at: Sample.now + .seconds(50)).map(\.id.rawValue)
            }
            for (index, name) in ["s2", "s3"].enumerated() {
                #expect(try await signIn(name, after: Int64(index) + 1) == Ended())
            }
            try await store.start(Sample.authorization("a2", in: "s2"))
            try await store.touch(Sample.session().id, at: Sample.now + .seconds(9))
            // The first was used a moment ago, and the second ends with what was given in it.
            let ended = try await signIn("s4", after: 10)
            #expect(ended?.sessions == [SessionID(unchecked: "s2")] && ended?.grants == [GrantID(unchecked: "a2")])
            #expect(try await names() == ["s4", "s3", "s1"])
            // A new secret needs no room.
            #expect(try await signIn("s3", after: 11, replacing: "s3")?.isEmpty == true)
            #expect(try await signIn("s5", after: 12, replacing: "s3") == Ended(sessions: [SessionID(unchecked: "s3")]))
            #expect(try await names() == ["s5", "s4", "s1"])
            #expect(try await store.sessions(of: Subject(unchecked: "u2"), at: Sample.now).count == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `ends so many at once where there are far too many`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            for index in 0..<(Session.endedAtOnce + 20) {
                _ = try await store.insert(
                    Sample.session("x\(index)"), replacing: nil, knowing: nil, asOf: nil, keeping: 1000,
                    with: Effects([]))
            }
            func signIn(_ name: String) async throws -> Int? {
                try await store.insert(
                    Sample.session(name), replacing: nil, knowing: nil, asOf: nil, keeping: 10, with: Effects([])
                )?.sessions.count
            }
            #expect(try await signIn("y1") == Session.endedAtOnce)
            // 22 were left, and nine of them may stay beside this one.
            #expect(try await signIn("y2") == 13)
            #expect(try await store.sessions(of: Sample.user().id, at: Sample.now).count == 10)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `knows the browsers of a person, the last twenty`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let subject = Sample.user().id
            let count = KnownBrowser.maximumPerSubject + 2
            for index in 0..<count {
                let browser = KnownBrowser(
                    subject: subject, hash: Sample.hash("browser \(index)"),
                    lastSeenAt: Sample.now + .seconds(Int64(index)))
                let session = Sample.session("b\(index)")
                _ = try await store.insert(session, replacing: nil, knowing: browser, with: Effects([]))
            }
            var known: [Int] = []
            for index in 0..<count where try await store.isKnown(Sample.hash("browser \(index)"), to: subject) {
                known.append(index)
            }
            #expect(known == Array(2..<count))
            let listed = try await store.browsers(of: subject)
            #expect(listed.map(\.hash) == known.reversed().map { Sample.hash("browser \($0)") })
            #expect(listed.first?.lastSeenAt == Sample.now + .seconds(Int64(count) - 1))
            #expect(listed.allSatisfy { $0.subject == subject })
            #expect(try await store.browsers(of: Subject(unchecked: "u2")).isEmpty)
            #expect(try await !store.isKnown(Sample.hash("browser 5"), to: Subject(unchecked: "u2")))
            try await store.forgetBrowsers(of: subject, keeping: Sample.hash("browser 5"))
            #expect(try await store.isKnown(Sample.hash("browser 5"), to: subject))
            #expect(try await !store.isKnown(Sample.hash("browser 6"), to: subject))
            try await store.forgetBrowsers(of: subject, keeping: nil)
            #expect(try await !store.isKnown(Sample.hash("browser 5"), to: subject))
        }
    }
}
