import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

/// What ``AuthorizationStore`` and ``ConsentStore`` promise.
@Suite struct AuthorizationPromises {
    @Test(arguments: StoreUnderTest.allCases)
    func `returns every member of an authorization and its code`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let authorization = Authorization(
                id: GrantID(unchecked: "full"), client: ClientID(unchecked: "app"), subject: Sample.user().id,
                session: Sample.session().id, identityScope: Scope(unchecked: ["openid", "offline_access"]),
                resourceScopes: [
                    ResourceIndicator(unchecked: "https://a.example"): Scope(unchecked: ["x", "y"]),
                    ResourceIndicator(unchecked: "urn:b"): .empty,
                ], isOffline: true, authenticatedAt: Sample.now - .seconds(3), methods: ["pwd", "otp"],
                acr: "urn:acr", nonce: "a 'quoted' nonce", claimsRequest: #"{"id_token":{}}"#, createdAt: Sample.now,
                expiresAt: Sample.now + .seconds(1000))
            let code = AuthorizationCode(
                hash: Sample.hash("c"), grant: authorization.id, redirectURI: "https://app.example/cb?a=b",
                challenge: nil, expiresAt: Sample.now + .seconds(60))
            #expect(try await store.insert(authorization, code: code, spending: nil, with: Sample.effects()))
            #expect(try await store.authorization(authorization.id) == authorization)
            let record = CodeRecord(code: code, authorization: authorization, isSpent: false, isEnded: false)
            #expect(try await store.code(code.hash) == record)
            #expect(try await store.authorizations(of: authorization.subject, at: Sample.now) == [authorization])
            #expect(try await store.clients(inSession: authorization.session) == [authorization.client])
            #expect(try await store.endReason(of: authorization.id) == nil)
            #expect(try await store.code(Sample.hash("guess")) == nil)
            #expect(try await store.count("test.happened") == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `knows the person behind a living authorization, with every member of both`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            var user = try #require(try await store.user(Sample.user().id))
            user.pendingEmail = LoginName(canonical: "new@example.com")
            user.expiresAt = Sample.now + .seconds(70)
            user.groups = ["staff"]
            user.roles = ["editor", "reader"]
            user.isEmailVerified = true
            _ = try await store.update(user, ending: nil, at: Sample.now, with: Effects([]))
            user = try #require(try await store.user(user.id))
            let authorization = Sample.authorization()
            #expect(try await store.insert(authorization, code: Sample.code(), spending: nil, with: Effects([])))
            #expect(
                try await store.person(behind: authorization.id)
                    == AuthorizingPerson(user, client: authorization.client, expiresAt: authorization.expiresAt))
            #expect(try await store.person(behind: GrantID(unchecked: "nobody's")) == nil)
            _ = try await store.end(.grant(authorization.id), because: .signedOut, at: Sample.now, with: Effects([]))
            #expect(try await store.person(behind: authorization.id) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `tells beside the person which claims were asked for, and what they agree to today`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            let plain = Sample.authorization()
            let asking = Sample.authorization("a2", claimsRequest: #"{"userinfo":{"email":null}}"#)
            #expect(try await store.insert(plain, code: Sample.code(), spending: nil, with: Effects([])))
            #expect(
                try await store.insert(asking, code: Sample.code("c2", of: "a2"), spending: nil, with: Effects([])))
            var person = try #require(try await store.person(behind: asking.id))
            #expect(person.claimsRequest == asking.claimsRequest && person.agreedScope.isEmpty)
            for scope in [Scope(unchecked: ["openid", "email"]), Scope(unchecked: ["openid"]), .empty] {
                var consent = Sample.consent()
                consent.identityScope = scope
                try await store.give(consent, with: Effects([]))
                person = try #require(try await store.person(behind: asking.id))
                #expect(person.agreedScope == scope)
            }
            person = try #require(try await store.person(behind: plain.id))
            #expect(person.claimsRequest == nil && person.agreedScope.isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `spends the request it came from, which must wait still`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let pending = Sample.pending()
            try await store.insert(pending)
            func give(_ id: String, at now: NumericDate = Sample.now) async throws -> Bool {
                try await store.insert(
                    Sample.authorization(id, at: now), code: Sample.code(id, of: id, at: now), spending: pending.hash,
                    with: Sample.effects())
            }
            #expect(try await !give("late", at: pending.expiresAt))
            #expect(try await give("first"))
            #expect(try await !give("second"))
            #expect(try await store.take(pending.hash, at: Sample.now) == nil)
            #expect(try await store.authorization(GrantID(unchecked: "second")) == nil)
            #expect(try await store.code(Sample.code("second").hash) == nil)
            #expect(try await store.count("test.happened") == 1)
        }
    }

    /// What slips in between the page and the code.
    enum Slip: CaseIterable {
        case sessionEnded, userDisabled, lockdown, userDeleted, clientDisabled, clientDeleted, strangersSession
    }

    private func slip(_ slip: Slip, into store: any Store) async throws {
        var user = Sample.user()
        var client = Sample.application()
        switch slip {
        case .sessionEnded:
            _ = try await store.end(
                .session(Sample.session().id), because: .signedOut, at: Sample.now, with: Effects([]))
        case .userDisabled, .lockdown:
            if slip == .lockdown { user.lockedDownAt = Sample.now } else { user.isEnabled = false }
            _ = try await store.update(user, ending: nil, at: Sample.now, with: Effects([]))
        case .userDeleted: _ = try await store.deleteUser(user.id, at: Sample.now, with: Effects([]))
        case .clientDisabled:
            client.isEnabled = false
            _ = try await store.update(client, advancing: [], recording: Sample.event("client.updated"))
        case .clientDeleted:
            _ = try await store.deleteClient(client.id, advancing: [], recording: Sample.event("client.deleted"))
        case .strangersSession:
            // A session of that name is somebody else's now.
            _ = try await store.deleteUser(user.id, at: Sample.now, with: Effects([]))
            _ = try await store.insert(Sample.user("u2"), password: nil, with: Effects([]))
            _ = try await store.insert(
                Sample.session("s1", of: "u2"), replacing: nil, knowing: nil, with: Effects([]))
            _ = try await store.insert(user, password: nil, with: Effects([]))
        }
    }

    @Test(arguments: StoreUnderTest.allCases, Slip.allCases)
    func `gives nothing when something ended meanwhile`(kind: StoreUnderTest, slip: Slip) async throws {
        try await kind.runWithPerson { store async throws in
            let pending = Sample.pending("p1", client: "elsewhere")
            try await store.insert(pending)
            try await self.slip(slip, into: store)
            let given = try await store.insert(
                Sample.authorization(), code: Sample.code(), spending: pending.hash, with: Sample.effects())
            #expect(!given)
            #expect(try await store.code(Sample.code().hash) == nil)
            #expect(try await store.take(pending.hash, at: Sample.now) != nil)
            #expect(try await store.count("test.happened") == 0)
        }
    }

    @Test(arguments: StoreUnderTest.allCases, Slip.allCases)
    func `a code buys nothing when something ended meanwhile`(kind: StoreUnderTest, slip: Slip) async throws {
        // A client that is disabled is told from one that is enabled before its code is looked at.
        guard slip != .clientDisabled else { return }
        try await kind.runWithPerson { store async throws in
            _ = try await store.insert(Sample.authorization(), code: Sample.code(), spending: nil, with: Effects([]))
            try await self.slip(slip, into: store)
            let redemption = try await store.redeem(Sample.code().hash, starting: Sample.family(), at: Sample.now)
            #expect(redemption == .ended)
            #expect(try await store.refreshRecord(Sample.family().grant, at: Sample.now) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `offline access outlives the session, and is not bought after it`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let authorization = Sample.authorization(isOffline: true)
            let late = Sample.code("c2", of: "a2")
            _ = try await store.insert(authorization, code: Sample.code(), spending: nil, with: Effects([]))
            _ = try await store.insert(
                Sample.authorization("a2", isOffline: true), code: late, spending: nil, with: Effects([]))
            #expect(try await store.redeem(Sample.code().hash, starting: Sample.family(), at: Sample.now) == .redeemed)
            try await slip(.sessionEnded, into: store)
            #expect(try await store.refreshRecord(authorization.id, at: Sample.now)?.sessionStands == true)
            // It would buy an ID token of a session of which the client may know already that it is over.
            #expect(try await store.redeem(late.hash, starting: Sample.family(of: "a2"), at: Sample.now) == .ended)
            #expect(try await store.refreshRecord(late.grant, at: Sample.now) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a code is not spent on what the person agreed to before`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let (code, authorization) = (Sample.code(), Sample.authorization())
            let all = Sample.consent()
            try await store.give(all, with: Effects([]))
            _ = try await store.insert(authorization, code: code, spending: nil, with: Effects([]))
            let read = try #require(try await store.code(code.hash))
            #expect(read.consent == all)
            var less = all
            less.resourceScopes = [:]
            try await store.give(less, with: Effects([]))
            func redeem(on ground: GrantGround) async throws -> Redemption {
                try await store.redeem(code.hash, on: ground, starting: Sample.family(), at: Sample.now)
            }
            #expect(try await redeem(on: read.ground) == .changed)
            #expect(try await store.refreshRecord(code.grant, at: Sample.now) == nil, "nothing was spent")
            let again = try #require(try await store.code(code.hash))
            #expect(again.consent == less && !again.isSpent)
            #expect(try await redeem(on: again.ground) == .redeemed)
            #expect(try await redeem(on: again.ground) == .replayed)
        }
    }

    @Test(.requirement("6749-4.1.2-4"), arguments: StoreUnderTest.allCases)
    func `a code is spent once, in time, together with its family`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let code = Sample.code()
            _ = try await store.insert(Sample.authorization(), code: code, spending: nil, with: Effects([]))
            #expect(try await store.redeem(Sample.hash("guess"), starting: nil, at: Sample.now) == .missing)
            #expect(try await store.redeem(code.hash, starting: nil, at: code.expiresAt) == .missing)
            let last = code.expiresAt - .seconds(1)
            #expect(try await store.redeem(code.hash, starting: Sample.family(), at: last) == .redeemed)
            #expect(try await store.refreshRecord(code.grant, at: last)?.family == Sample.family())
            for moment in [last, code.expiresAt] {
                #expect(try await store.redeem(code.hash, starting: Sample.family(), at: moment) == .replayed)
            }
            #expect(try await store.code(code.hash)?.isSpent == true)
            // What a replay ends is the caller's to say.
            #expect(try await store.authorization(code.grant) != nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a code tells when its session was used last, as long as that stands`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let offline = Sample.authorization("a2", isOffline: true)
            _ = try await store.insert(Sample.authorization(), code: Sample.code(), spending: nil, with: Effects([]))
            _ = try await store.insert(offline, code: Sample.code("c2", of: "a2"), spending: nil, with: Effects([]))
            func seen(_ name: String) async throws -> NumericDate? {
                try #require(try await store.code(Sample.code(name).hash)).sessionSeenAt
            }
            #expect(try await seen("c1") == Sample.session().lastSeenAt)
            let later = Sample.now + .seconds(7)
            try await store.touch(Sample.session().id, at: later)
            #expect(try await seen("c1") == later)
            #expect(try await seen("c2") == nil, "offline access asks for no session")
            try await slip(.sessionEnded, into: store)
            #expect(try await seen("c1") == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a family of another authorization is not stored, and the code stays unspent`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            _ = try await store.insert(Sample.authorization(), code: Sample.code(), spending: nil, with: Effects([]))
            _ = try await store.insert(
                Sample.authorization("a2"), code: Sample.code("c2", of: "a2"), spending: nil, with: Effects([]))
            await #expect(throws: StoreError.self) {
                _ = try await store.redeem(Sample.code().hash, starting: Sample.family(of: "a2"), at: Sample.now)
            }
            #expect(try await store.code(Sample.code().hash)?.isSpent == false)
            #expect(try await store.refreshRecord(GrantID(unchecked: "a2"), at: Sample.now) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `lists what lives, by client and newest first`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            _ = try await store.insert(Sample.application("zap"), recording: Sample.event())
            _ = try await store.insert(
                Sample.session("s2", lasting: 50), replacing: nil, knowing: nil, with: Effects([]))
            try await store.start(Sample.authorization("z", client: "zap"))
            try await store.start(Sample.authorization("a"))
            try await store.start(Sample.authorization("b", at: Sample.now + .seconds(1)))
            try await store.start(Sample.authorization("brief", in: "s2"))
            try await store.start(Sample.authorization("ended"))
            _ = try await store.end(
                .grant(GrantID(unchecked: "ended")), because: .tokenRevoked, at: Sample.now, with: Effects([]))
            let subject = Sample.user().id
            let now = Sample.now + .seconds(50)
            #expect(try await store.authorizations(of: subject, at: now).map(\.id.rawValue) == ["b", "a", "z"])
            let over = Sample.authorization("a").expiresAt
            #expect(try await store.authorizations(of: subject, at: over).map(\.id.rawValue) == ["b"])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `names the clients whose access tokens may still speak for somebody`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            for id in ["zap", "gone"] {
                _ = try await store.insert(Sample.application(id), recording: Sample.event())
            }
            _ = try await store.insert(
                Sample.session("s2", lasting: 50), replacing: nil, knowing: nil, with: Effects([]))
            for id in ["a", "b"] { try await store.start(Sample.authorization(id)) }
            try await store.start(Sample.authorization("z", client: "zap", in: "s2"))
            try await store.start(Sample.authorization("ended", client: "gone"))
            _ = try await store.end(
                .grant(GrantID(unchecked: "ended")), because: .tokenRevoked, at: Sample.now, with: Effects([]))
            // A session goes as soon as its time is over; the tokens that were given in it live on.
            let later = Sample.now + .seconds(60)
            for _ in 0..<4 { _ = try await store.sweep(at: later, keeping: Retention(), limit: 1000) }
            #expect(try await store.session(SessionID(unchecked: "s2"), at: Sample.now) == nil)
            #expect(try await store.clients(givenBy: Sample.user().id).map(\.rawValue) == ["app", "zap"])
            #expect(try await store.clients(givenBy: Subject(unchecked: "nobody")).isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `remembers one consent for each person and client, the last`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            var consent = Sample.consent()
            try await store.give(consent, with: Sample.effects("consent.given"))
            #expect(try await store.consent(of: consent.subject, to: consent.client) == consent)
            consent.identityScope = Scope(unchecked: ["openid", "email"])
            consent.resourceScopes = [:]
            consent.updatedAt = Sample.now + .seconds(7)
            try await store.give(consent, with: Sample.effects("consent.given"))
            try await store.give(Sample.consent(to: "aaa"), with: Effects([]))
            #expect(try await store.consents(of: consent.subject) == [Sample.consent(to: "aaa"), consent])
            #expect(try await store.consent(of: consent.subject, to: ClientID(unchecked: "zzz")) == nil)
            #expect(try await store.count("consent.given") == 2)
            await #expect(throws: StoreError.self) {
                try await store.give(Sample.consent(of: "nobody"), with: Sample.effects())
            }
            #expect(try await store.count("test.happened") == 0)
        }
    }
}
