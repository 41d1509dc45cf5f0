import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What ``EndingStore`` promises for the day on which everything of everybody has to end.
@Suite struct EndEverythingPromises {
    private let later = Sample.now + .seconds(10)

    /// All steps of a run, of `limit` each; at most a hundred.
    @discardableResult
    private func endEverything(in store: any Store, limit: Int = 2) async throws -> EverythingEnded {
        var total = EverythingEnded()
        for _ in 0..<100 {
            let step = try await store.endEverything(
                upTo: Sample.now, limit: limit, because: .administrator, at: later
            ) { _ in Sample.event("step") }
            total.ended.sessions += step.ended.sessions
            total.ended.grants += step.ended.grants
            total.ended.logouts += step.ended.logouts
            total.links += step.links
            total.addresses += step.addresses
            total.isComplete = step.isComplete
            #expect(
                step.ended.sessions.count + step.ended.grants.count + step.links <= limit && step.addresses <= limit)
            if step.isComplete { break }
        }
        #expect(total.isComplete)
        return total
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `everything of everybody ends in steps, and what begins later stays`(kind: StoreUnderTest) async throws {
        try await kind.runWithTwoPeople { store async throws in
            #expect(try await store.insert(Sample.link(), perHour: 3, with: Effects([])))
            _ = try await store.insert(
                Sample.session("late", of: "u1", at: Sample.now + .seconds(1)), replacing: nil, knowing: nil,
                with: Effects([]))
            // What a thief got from an old session between two steps.
            let next = Sample.now + .seconds(1)
            try await store.start(Sample.authorization("between", of: "u1", in: "s1", at: next))
            try await store.start(Sample.authorization("later", of: "u1", in: "late", at: next))
            var (total, steps) = (EverythingEnded(), 0)
            repeat {
                let step = try await store.endEverything(
                    upTo: Sample.now, limit: 2, because: .administrator, at: Sample.now + .seconds(1)
                ) { _ in Sample.event("step") }
                let size = step.ended.sessions.count + step.ended.grants.count + step.links
                #expect(size <= 2 && step.isComplete == (size < 2))
                total.ended.sessions += step.ended.sessions
                total.ended.grants += step.ended.grants
                total.ended.logouts += step.ended.logouts
                total.links += step.links
                total.isComplete = step.isComplete
                steps += 1
            } while !total.isComplete && steps < 100
            #expect(total.ended.sessions.map(\.rawValue).sorted() == ["s1", "s2", "s3"])
            #expect(total.ended.grants.count == StoreUnderTest.given.count + 1)
            #expect(try await store.endReason(of: GrantID(unchecked: "between")) == .administrator)
            #expect(try await store.endReason(of: GrantID(unchecked: "later")) == nil)
            #expect(total.ended.logouts == 2 && total.links == 1)
            #expect(try await store.count("step") == steps)
            #expect(try await store.session(SessionID(unchecked: "late"), at: Sample.now + .seconds(1)) != nil)
            #expect(try await store.consents(of: Subject(unchecked: "u1")).count == 2)
            let ended = try await store.endedGrants(since: Sample.now, forgettingAfter: 300)
            #expect(ended.count == StoreUnderTest.given.count + 1)
        }
    }

    /// A thief has the cookie of `s1`. The steps take others first, and before it is the turn of `s1` its person signs
    /// in again, or its time is over and its row is swept.
    @Test(arguments: StoreUnderTest.allCases, [true, false])
    func `what a thief got from an old session ends, also if that was renewed or swept before its turn`(
        kind: StoreUnderTest, isRenewed: Bool
    ) async throws {
        try await kind.runWithTwoPeople { store async throws in
            let old = Sample.session("old", lasting: 5)
            _ = try await store.insert(old, replacing: nil, knowing: nil, with: Effects([]))
            let thief = Sample.authorization(
                "thief", in: "old", isOffline: true, at: Sample.now + .seconds(1), authenticatedAt: Sample.now)
            try await store.start(thief)
            if isRenewed {
                let renewed = Sample.session("old", at: Sample.now + .seconds(2))
                _ = try await store.insert(renewed, replacing: old.id, knowing: nil, with: Effects([]))
            } else {
                let swept = try await store.sweep(at: old.expiresAt, keeping: Retention(), limit: 100)
                #expect(swept >= 1)
            }
            let total = try await endEverything(in: store)
            #expect(total.ended.grants.contains(thief.id))
            #expect(try await store.endReason(of: thief.id) == .administrator)
            #expect(try await (store.session(old.id, at: later) != nil) == isRenewed)
            #expect(try await endEverything(in: store) == EverythingEnded())
        }
    }

    /// Whoever was in an account may have asked for an address of their own, or be about to write something.
    @Test(arguments: StoreUnderTest.allCases)
    func `what a person judged before is not written after, and no address waits for its proof any more`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithTwoPeople { store async throws in
            var person = try #require(try await store.user(Subject(unchecked: "u1")))
            person.pendingEmail = LoginName(canonical: "thief@mail.example")
            _ = try await store.update(person, ending: nil, at: Sample.now, with: Effects([]))
            person = try #require(try await store.user(person.id))
            // A link of the last second does not vouch for the address: what the person had is older.
            var link = Sample.link("new", purpose: .verifyAddress, at: later)
            link = MailLink(
                hash: link.hash, purpose: link.purpose, subject: link.subject,
                email: LoginName(canonical: "thief@mail.example"), createdAt: link.createdAt, expiresAt: link.expiresAt)
            #expect(try await store.insert(link, perHour: 3, with: Effects([])))
            let total = try await endEverything(in: store)
            #expect(total.addresses == 1)
            #expect(try await store.user(person.id)?.pendingEmail == nil)
            #expect(try await store.mailLink(link.hash, for: .verifyAddress, at: later) == nil)
            #expect(try await store.update(person, ending: nil, at: later, with: Effects([])) == .conflict)
            let signIn = try await store.insert(
                Sample.session("late", at: later), replacing: nil, knowing: nil, asOf: person.version,
                with: Effects([]))
            #expect(signIn == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `addresses of people who have nothing else go in steps, but those asked for since stay`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.run { store async throws in
            let ids = ["p1", "p2", "p3", "p4", "p5", "since", "calm"]
            for id in ids {
                var user = Sample.user(id)
                if id != "calm" { user.pendingEmail = LoginName(canonical: "\(id)@new.example") }
                _ = try await store.insert(user, password: nil, with: Effects([]))
                guard let address = user.pendingEmail else { continue }
                let asked = id == "since" ? Sample.now + .seconds(1) : Sample.now
                let link = MailLink(
                    hash: Sample.hash(id), purpose: .verifyAddress, subject: user.id, email: address, createdAt: asked,
                    expiresAt: asked + .seconds(900))
                #expect(try await store.insert(link, perHour: 3, with: Effects([])))
            }
            let total = try await endEverything(in: store)
            #expect(total.ended.isEmpty && total.links == 5 && total.addresses == 5)
            for id in ids {
                let user = try #require(try await store.user(Subject(unchecked: id)))
                #expect((user.pendingEmail != nil) == (id == "since"))
                #expect(user.version == (id.hasPrefix("p") ? 2 : 1))
            }
            #expect(try await endEverything(in: store) == EverythingEnded())
        }
    }
}
