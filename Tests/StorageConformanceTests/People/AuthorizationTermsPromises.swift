import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

/// What ``AuthorizationTerms`` demand, and how they make room.
@Suite struct AuthorizationTermsPromises {
    private func give(
        _ id: String, at now: NumericDate = Sample.now, under terms: AuthorizationTerms = AuthorizationTerms(),
        in store: any Store
    ) async throws -> Ended? {
        try await store.insert(
            Sample.authorization(id, at: now), code: Sample.code(id, of: id, at: now), under: terms,
            with: Sample.effects())
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `gives what a consent covers at that moment, and nothing after the application was ended`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            let terms = AuthorizationTerms(demandsConsent: true)
            #expect(try await give("none", under: terms, in: store) == nil)
            try await store.give(Sample.consent(), with: Effects([]))
            #expect(try await give("more", under: terms, in: store) == nil)
            let given = Sample.authorization()
            try await store.give(
                Consent(
                    subject: given.subject, client: given.client, identityScope: given.identityScope,
                    resourceScopes: given.resourceScopes, givenAt: Sample.now), with: Effects([]))
            #expect(try await give("covered", under: terms, in: store) != nil)
            _ = try await store.end(
                .application(given.subject, given.client), because: .applicationEnded, at: Sample.now,
                with: Effects([]))
            #expect(try await give("ended", under: terms, in: store) == nil)
            #expect(try await store.code(Sample.code("ended").hash) == nil)
            #expect(try await store.count("test.happened") == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `the end of an application takes the answers along that wait for it`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let subject = Sample.user().id
            for name in ["p1", "p2"] { try await store.insert(Sample.pending(name)) }
            let decision = ConsentDecision(
                subject: subject, isGiven: true, identityScope: Sample.consent().identityScope)
            _ = try await store.note(
                decision, for: Sample.pending("p1").hash, remembering: Sample.question(), at: Sample.now,
                with: Effects([]))
            _ = try await store.end(
                .application(subject, Sample.application().id), because: .applicationEnded, at: Sample.now,
                with: Effects([]))
            #expect(try await store.take(Sample.pending("p1").hash, at: Sample.now) == nil)
            #expect(try await store.take(Sample.pending("p2").hash, at: Sample.now) != nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `asking in a loop leaves one authorization, and an event for it and one for all others from an address`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            _ = try await give("kept", from: "192.0.2.1", in: store)
            #expect(try await store.redeem(Sample.code("kept").hash, starting: nil, at: Sample.now) == .redeemed)
            for turn in 0..<50 {
                let now = Sample.now + .seconds(Int64(turn) * 61)
                let address = "192.0.2.\(turn % 2 + 1)"
                #expect(try await give("loop-\(turn)", at: now, from: address, in: store) == Ended())
            }
            let left = try await store.authorizations(of: Sample.user().id, at: Sample.now + .seconds(50 * 61))
            #expect(left.map(\.id.rawValue) == ["loop-49", "kept"])
            let events = try await given(in: store)
            #expect(events.map(\.count).sorted() == [1, 1, 24, 25])
            // What was used and what may yet be is named, with where from.
            for (id, address) in [("kept", "192.0.2.1"), ("loop-49", "192.0.2.2")] {
                let named = events.filter { $0.detail == "client:app authorization:\(id)" }
                #expect(named.map(\.address) == [address] && named.map(\.count) == [1])
            }
            let unused = events.filter { $0.count > 1 }
            #expect(Set(unused.map(\.address)) == ["192.0.2.1", "192.0.2.2"])
            #expect(unused.allSatisfy { $0.detail == "client:app, never redeemed" && $0.at < $0.lastAt })
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `asking in a loop from ever new addresses leaves few events, and none is lost`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            for turn in 0..<100 {
                let now = Sample.now + .seconds(Int64(turn) * 61)
                _ = try await give("loop-\(turn)", at: now, from: "2001:db8:\(turn)::1", in: store)
            }
            let events = try await given(in: store)
            #expect(events.count <= 20 && events.map(\.count).reduce(0, +) == 100)
            // On another day it is told anew: the last of that day, what went today, and what is there.
            let later = Sample.now + .seconds(3 * 86_400)
            _ = try await give("later", at: later, from: "192.0.2.1", in: store)
            _ = try await give("latest", at: later + .seconds(61), from: "192.0.2.1", in: store)
            #expect(try await given(in: store).count == events.count + 2)
        }
    }

    private func given(in store: any Store) async throws -> [AuditEvent] {
        try await store.events(AuditQuery(action: GivenAuthorizations.action, limit: 1000))
    }

    private func give(
        _ id: String, at now: NumericDate = Sample.now, from address: String, in store: any Store
    ) async throws -> Ended? {
        let authorization = Sample.authorization(id, at: now)
        let event = AuditEvent(
            at: now, action: GivenAuthorizations.action, actor: "user:u1", target: "user:u1", address: address,
            requestID: "r", detail: GivenAuthorizations.mention(of: authorization))
        return try await store.insert(
            authorization, code: Sample.code(id, of: id, at: now), under: AuthorizationTerms(),
            with: Effects([event]))
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `gives nothing when the client or a resource was changed or deleted since the request was judged`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            let api = Sample.resource()
            _ = try await store.insert(api, recording: Sample.event())
            let basis = JudgedRegistrations(
                client: Sample.application().id, version: 1, resources: [api.identifier: 1])
            let decision = ConsentDecision(
                subject: Sample.user().id, isGiven: true, identityScope: Sample.consent().identityScope)
            func isGiven(_ id: String) async throws -> Bool {
                let pending = Sample.pending(id)
                try await store.insert(pending)
                let isNoted = try await store.note(
                    decision, for: pending.hash, remembering: Sample.question(), judgedBy: basis, at: Sample.now,
                    with: Effects([]))
                let ended = try await give(id, under: AuthorizationTerms(basis: basis), in: store)
                #expect(isNoted == (ended != nil))
                return isNoted
            }
            #expect(try await isGiven("before"))
            _ = try await store.update(api, advancing: [], recording: Sample.event())
            #expect(try await !isGiven("resource changed"))
            _ = try await store.deleteResource(api.id, advancing: [], recording: Sample.event())
            #expect(try await !isGiven("resource deleted"))
            _ = try await store.insert(api, recording: Sample.event())
            #expect(try await isGiven("resource again"))
            _ = try await store.end(
                .application(decision.subject, basis.client), because: .applicationEnded, at: Sample.now,
                with: Effects([]))
            let client = try #require(try await store.client(basis.client))
            _ = try await store.update(
                client, advancing: [], ending: .administrator, recording: Sample.event())
            #expect(try await !isGiven("client changed"))
            #expect(try await store.consents(of: decision.subject).isEmpty)
            _ = try await store.deleteClient(basis.client, advancing: [], recording: Sample.event())
            #expect(try await !isGiven("client deleted"))
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `makes room by what nobody redeemed, then by what is oldest, which ends`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let event = AuditEvent(at: Sample.now, action: "authorization.replaced", actor: "user:u1")
            let terms = AuthorizationTerms(limit: 3, replacement: event)
            for id in ["a", "b"] { try await store.start(Sample.authorization(id)) }
            #expect(try await give("first", under: terms, in: store) == Ended())
            #expect(try await give("second", under: terms, in: store) == Ended())
            #expect(try await store.code(Sample.code("first").hash) == nil)
            #expect(try await store.redeem(Sample.code("second").hash, starting: nil, at: Sample.now) == .redeemed)
            #expect(try await give("third", under: terms, in: store) == Ended(grants: [GrantID(unchecked: "a")]))
            #expect(try await store.endReason(of: GrantID(unchecked: "a")) == .replaced)
            let replaced = try await store.events(AuditQuery(action: "authorization.replaced"))
            #expect(replaced.map(\.detail) == ["client:app authorization:a, replaced by authorization:third"])
            let left = try await store.authorizations(of: Sample.user().id, at: Sample.now)
            #expect(left.map(\.id.rawValue) == ["b", "second", "third"])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `what nobody redeemed is swept a day after its code`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            #expect(try await give("unused", in: store) != nil)
            try await store.start(Sample.authorization("used"))
            let over = Sample.code().expiresAt + .seconds(Retention.aftermath)
            for (moment, ids) in [(over - .seconds(1), ["unused", "used"]), (over, ["used"])] {
                while try await store.sweep(at: moment, keeping: Retention(), limit: 1) > 0 {}
                let left = try await store.authorizations(of: Sample.user().id, at: moment)
                #expect(left.map(\.id.rawValue).sorted() == ids.sorted())
            }
        }
    }
}
