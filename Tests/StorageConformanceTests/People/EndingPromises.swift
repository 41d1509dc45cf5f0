import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What ``EndingStore`` promises: the table of its documentation, row by row.
@Suite struct EndingPromises {
    struct Row: Sendable, CustomTestStringConvertible {
        let target: EndTarget
        let sessions: [String]
        let grants: [String]
        var consents: [String] = []
        var logouts = 0
        var testDescription: String { "\(target)" }
    }

    static let table: [Row] = [
        Row(
            target: .session(SessionID(unchecked: "s1")), sessions: ["s1"], grants: ["online", "other-client"],
            logouts: 1),
        Row(target: .session(SessionID(unchecked: "s3")), sessions: ["s3"], grants: ["other-person"]),
        Row(target: .grant(GrantID(unchecked: "online")), sessions: [], grants: ["online"]),
        Row(target: .grant(GrantID(unchecked: "offline")), sessions: [], grants: ["offline"]),
        Row(
            target: .application(Subject(unchecked: "u1"), ClientID(unchecked: "app")), sessions: [],
            grants: ["offline", "online", "other-session"], consents: ["u1 app"]),
        Row(target: .grant(GrantID(unchecked: "other-client")), sessions: [], grants: ["other-client"], logouts: 1),
        // In two sessions of the person, not in that of the other.
        Row(
            target: .application(Subject(unchecked: "u1"), ClientID(unchecked: "second")), sessions: [],
            grants: ["other-client", "other-session-offline"], consents: ["u1 second"], logouts: 2),
        Row(
            target: .client(ClientID(unchecked: "second")), sessions: [],
            grants: ["other-client", "other-session-offline"], logouts: 2),
        Row(
            target: .subject(Subject(unchecked: "u1"), keeping: SessionID(unchecked: "s1")), sessions: ["s2"],
            grants: ["other-session", "other-session-offline"], logouts: 1),
        Row(
            target: .subject(Subject(unchecked: "u1"), keeping: nil), sessions: ["s1", "s2"],
            grants: ["offline", "online", "other-client", "other-session", "other-session-offline"], logouts: 2),
        Row(
            target: .client(ClientID(unchecked: "app")), sessions: [],
            grants: ["offline", "online", "other-person", "other-session"]),
    ]

    @Test(arguments: StoreUnderTest.allCases, table)
    func `ends what the table says and nothing else, once`(kind: StoreUnderTest, row: Row) async throws {
        try await kind.runWithTwoPeople { store async throws in
            let expected = Ended(
                sessions: row.sessions.map(SessionID.init(unchecked:)),
                grants: row.grants.map(GrantID.init(unchecked:)),
                logouts: row.logouts)
            let effects = Sample.effects("ended", mails: [Sample.mail()])
            #expect(try await store.end(row.target, because: .administrator, at: Sample.now, with: effects) == expected)
            let again = try await store.end(
                row.target, because: .lockdown, at: Sample.now, with: Sample.effects("again"))
            #expect(again == Ended())
            for id in ["s1", "s2", "s3"] {
                let lives = try await store.session(SessionID(unchecked: id), at: Sample.now) != nil
                #expect(lives == !row.sessions.contains(id))
            }
            for authorization in StoreUnderTest.given { try await expect(authorization.id, row, in: store) }
            var consents: [String] = []
            for user in ["u1", "u2"] {
                for consent in try await store.consents(of: Subject(unchecked: user)) {
                    consents.append("\(user) \(consent.client)")
                }
            }
            #expect(consents == ["u1 app", "u1 second", "u2 app"].filter { !row.consents.contains($0) })
            #expect(try await store.outboxCounts() == (mails: 1, logouts: row.logouts))
            #expect(try await store.count("ended") == 1)
            #expect(try await store.count("again") == 0)
            let ended = try await store.endedGrants(since: Sample.now - .seconds(1), forgettingAfter: 300)
            #expect(ended == Dictionary(uniqueKeysWithValues: expected.grants.map { ($0, Sample.now + .seconds(300)) }))
            #expect(try await store.endedGrants(since: Sample.now, forgettingAfter: 300).isEmpty)
        }
    }

    /// Whether everything that hangs from an authorization ended with it: code, refresh family and access tokens.
    private func expect(_ id: String, _ row: Row, in store: any Store) async throws {
        let grant = GrantID(unchecked: id)
        let isEnded = row.grants.contains(id)
        #expect(try await (store.authorization(grant) == nil) == isEnded)
        #expect(try await store.endReason(of: grant) == (isEnded ? .administrator : nil))
        #expect(try await store.code(Sample.code(id).hash)?.isEnded == isEnded)
        let record = try #require(try await store.refreshRecord(grant, at: Sample.now))
        #expect(record.isEnded == isEnded)
        let rotation = try await store.rotate(
            grant, presenting: 1, under: RotationPolicy(), at: Sample.now, with: .sample)
        #expect(rotation == (isEnded ? .ended : .rotated(head: 2)))
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a change of a person that was judged before all of theirs ended is not written after`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            for kept in [nil, Sample.session().id] {
                var user = try #require(try await store.user(Sample.user().id))
                user.pendingEmail = LoginName(canonical: "new@mail.example")
                _ = try await store.end(
                    .subject(user.id, keeping: kept), because: .signedOutEverywhere, at: Sample.now, with: Effects([]))
                #expect(try await store.update(user, ending: nil, at: Sample.now, with: Effects([])) == .conflict)
                #expect(try await store.user(user.id)?.pendingEmail == nil)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a withdrawn consent is an end, too, even if nothing else was left`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            try await store.give(Sample.consent(), with: Effects([]))
            let target = EndTarget.application(Sample.user().id, ClientID(unchecked: "app"))
            for _ in 0..<2 {
                let ended = try await store.end(
                    target, because: .applicationEnded, at: Sample.now, with: Sample.effects("ended"))
                #expect(ended == Ended())
            }
            #expect(try await store.consents(of: Sample.user().id).isEmpty)
            #expect(try await store.count("ended") == 1)
        }
    }

    /// An authorization that ends for a reason that its client brought about, or that a newer one takes the place of.
    @Test(arguments: StoreUnderTest.allCases, [EndReason.tokenRevoked, .replaced])
    func `a client is not told of what it ended itself`(kind: StoreUnderTest, reason: EndReason) async throws {
        try await kind.runWithTwoPeople { store async throws in
            let ended = try await store.end(
                .grant(GrantID(unchecked: "other-client")), because: reason, at: Sample.now, with: Effects([]))
            #expect(ended.grants.count == 1 && ended.logouts == 0)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a client that was told is told again only of what it was given since`(kind: StoreUnderTest) async throws {
        try await kind.runWithTwoPeople { store async throws in
            let (person, client) = (Subject(unchecked: "u1"), ClientID(unchecked: "second"))
            for expected in [2, 0] {
                let ended = try await store.end(
                    .application(person, client), because: .applicationEnded, at: Sample.now, with: Effects([]))
                #expect(ended.logouts == expected)
            }
            try await store.start(Sample.authorization("new", client: "second", of: "u1", in: "s1"))
            let ended = try await store.end(
                .subject(person, keeping: nil), because: .lockdown, at: Sample.now, with: Effects([]))
            #expect(ended.logouts == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a client that becomes another loses all that people gave, or stays as it is`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithTwoPeople { store async throws in
            let id = ClientID(unchecked: "second")
            let grant = GrantID(unchecked: "other-session-offline")
            var client = try #require(try await store.client(id))
            client.version += 1
            let conflict = try await store.update(
                client, advancing: [.client(id)], ending: .clientDisabled, recording: Sample.event("client.updated"))
            #expect(conflict == ClientEnding(.conflict))
            #expect(try await store.endReason(of: grant) == nil)
            client.version -= 1
            client.name = "Another"
            let done = try await store.update(
                client, advancing: [.client(id)], ending: .clientDisabled, recording: Sample.event("client.updated"))
            #expect(done.change == .done([.client(id): 1]) && done.ended.grants.contains(grant))
            #expect(done.ended.sessions.isEmpty)
            #expect(try await store.endReason(of: grant) == .clientDisabled)
            #expect(try await store.client(id)?.name == "Another")
            #expect(try await store.count("client.updated") == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a deleted client takes along all that people gave, and a later one of its name inherits nothing`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithTwoPeople { store async throws in
            let id = ClientID(unchecked: "second")
            _ = try await store.end(
                .session(SessionID(unchecked: "s1")), because: .signedOut, at: Sample.now, with: Effects([]))
            try await store.insert(Sample.pending("p", client: "second"))
            #expect(try await store.outboxCounts().logouts == 1)
            let deleted = try await store.deleteClient(id, advancing: [], recording: Sample.event("client.deleted"))
            let grant = GrantID(unchecked: "other-session-offline")
            #expect(deleted.ended.grants.contains(grant))
            #expect(try await store.endReason(of: grant) == .clientDeleted)
            _ = try await store.insert(
                Sample.application("second", backchannelLogoutURI: "https://second.example/x"),
                recording: Sample.event())
            #expect(
                try await store.rotate(grant, presenting: 1, under: RotationPolicy(), at: Sample.now, with: .sample)
                    == .ended)
            #expect(try await store.consent(of: Subject(unchecked: "u1"), to: id) == nil)
            #expect(try await store.take(Sample.pending("p").hash, at: Sample.now) == nil)
            let ended = try await store.end(
                .session(SessionID(unchecked: "s2")), because: .signedOut, at: Sample.now, with: Effects([]))
            #expect(ended.logouts == 0)
            // Those of the old client go where it was registered, whoever has its name now.
            let due = try await store.dueLogouts(at: Sample.now, limit: 9, perClient: 9)
            #expect(due.map(\.session.rawValue) == ["s1", "s2"])
            for logout in due {
                #expect(logout.relyingParty?.backchannelLogoutURI == "https://second.example/logout")
            }
            #expect(try await store.consents(of: Subject(unchecked: "u1")).count == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a deleted resource takes along what people gave there, and a later one of its name inherits nothing`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            let gone = ResourceIndicator(unchecked: "https://gone.example")
            let other = ResourceIndicator(unchecked: "https://gone.example/other")
            let resource = Sample.resource("gone", identifier: gone.rawValue)
            _ = try await store.insert(resource, recording: Sample.event())
            let read = Scope(unchecked: ["read"])
            // The name of a resource may be a scope of another one.
            let given: [(String, [ResourceIndicator: Scope])] = [
                ("there", [gone: read]), ("there-and-elsewhere", [other: read, gone: .empty]),
                ("elsewhere", [other: Scope(unchecked: [gone.rawValue])]), ("nowhere", [:]),
            ]
            for (id, scopes) in given { try await store.start(Sample.authorization(id, resourceScopes: scopes)) }
            var consent = Sample.consent()
            consent.resourceScopes = [gone: read, other: Scope(unchecked: [gone.rawValue])]
            try await store.give(consent, with: Effects([]))
            for (id, scopes) in [("p1", [gone: read]), ("p2", [other: read])] {
                let pending = Sample.pending(id)
                try await store.insert(pending)
                let decision = ConsentDecision(subject: Sample.user().id, isGiven: true, resourceScopes: scopes)
                _ = try await store.note(
                    decision, for: pending.hash, remembering: nil, at: Sample.now, with: Effects([]))
            }
            let epoch = EpochKey.resource(gone)
            let ending = try await store.deleteResource(
                resource.id, advancing: [epoch], recording: Sample.event("resource.deleted"))
            #expect(ending.change == .done([epoch: 1]))
            #expect(ending.ended.grants.map(\.rawValue) == ["there", "there-and-elsewhere"])
            _ = try await store.insert(resource, recording: Sample.event())
            for (id, _) in given {
                let reason = try await store.endReason(of: GrantID(unchecked: id))
                #expect(reason == (id.hasPrefix("there") ? .resourceDeleted : nil))
            }
            consent.resourceScopes[gone] = nil
            #expect(try await store.consent(of: Sample.user().id, to: consent.client) == consent)
            #expect(try await store.pendingAuthorization(Sample.pending("p1").hash, at: Sample.now) == nil)
            #expect(try await store.pendingAuthorization(Sample.pending("p2").hash, at: Sample.now) != nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a client keeps what it was registered with for signing people in`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            var client = Sample.application()
            client.relyingParty = RelyingParty(
                redirectURIs: ["https://app.example/cb", "com.example.app:/cb"],
                postLogoutRedirectURIs: ["https://app.example/bye"], applicationType: .native,
                identityScope: Scope(unchecked: ["openid", "phone"]),
                resourceScopes: [ResourceIndicator(unchecked: "https://api.example"): Scope(unchecked: ["a", "b"])],
                defaultResource: ResourceIndicator(unchecked: "https://api.example"), subjectType: .pairwise,
                sectorIdentifier: "app.example",
                sectorIdentifierURI: "https://app.example/sector.json", idTokenAlgorithm: .RS256,
                userInfoAlgorithm: .ES256,
                backchannelLogoutURI: "https://app.example/logout", backchannelLogoutSessionRequired: true,
                initiateLoginURI: "https://app.example/login", requiresPushedRequests: true, mayOmitPKCE: true,
                mayAddressAssertionsToTokenEndpoint: true, isFirstParty: true, defaultMaxAge: 3600,
                requiresAuthTime: true, homeURI: "https://app.example", logoURI: "https://app.example/logo",
                policyURI: "https://app.example/policy", termsURI: "https://app.example/terms",
                contacts: ["a@example.com"])
            _ = try await store.insert(client, recording: Sample.event())
            #expect(try await store.client(client.id) == client)
            #expect(try await store.clients(after: nil, limit: 9) == [client])
            client.relyingParty?.formerIDTokenAlgorithm = .ES384
            client.relyingParty?.formerUserInfoAlgorithm = .EdDSA
            client.relyingParty?.isFirstParty = false
            _ = try await store.update(client, advancing: [], recording: Sample.event())
            #expect(try await store.client(client.id)?.relyingParty == client.relyingParty)
            client.relyingParty = nil
            client.version = 2
            _ = try await store.update(client, advancing: [], recording: Sample.event())
            #expect(try await store.client(client.id)?.relyingParty == nil)
        }
    }
}
