import AuthorizationServer
import JOSE
import OAuth
import Storage
import Testing

@Suite(.timeLimit(.minutes(5))) struct `The revocation feed` {
    private let start = Issuance.start

    private func claims(_ token: Secret, _ issuance: Issuance) throws -> AccessTokenClaims {
        try issuance.provider.reader.genuine(token)
    }

    private func event(_ action: String = "t") -> AuditEvent { AuditEvent(at: start, action: action, actor: "t") }

    @Test func `tells a resource of a revoked token before the revoker is answered`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token().accessToken
        let listener = try await FeedListener(issuance.provider, "orders")
        let claims = try claims(token, issuance)
        #expect(listener.verdict(on: claims) == .valid)
        try await issuance.revoke(token)
        issuance.feed.deliver(at: start)
        try listener.listen()
        #expect(listener.verdict(on: claims) == .revoked(.token))
        #expect(listener.verdict(on: try self.claims(try await issuance.token().accessToken, issuance)) == .valid)
    }

    @Test func `tells each resource what concerns its tokens, and nothing else`() async throws {
        let issuance = try await Issuance()
        let orders = try await FeedListener(issuance.provider, "orders")
        let payments = try await FeedListener(issuance.provider, "payments")
        func heard() throws -> [Int] {
            issuance.feed.deliver(at: start)
            return [try orders.listen().count, try payments.listen().count]
        }
        _ = try heard()
        try await issuance.revoke(try await issuance.token().accessToken)
        #expect(try heard() == [1, 0])
        let revocations = issuance.provider.revocations
        revocations.apply([.resource(Issuance.opaqueAPI): 1], at: start)
        #expect(try heard() == [0, 1])
        // To whom tokens went hears of what they hang from; of what nobody has a token nobody hears.
        let (person, grant) = (Subject(unchecked: "u"), GrantID(unchecked: "g1"))
        for key in [EpochKey.subject(person), .client(ClientID(unchecked: "c")), .grant(grant)] {
            revocations.apply([key: 1], at: start)
            #expect(try heard() == [0, 0])
            revocations.note([key], at: Issuance.jwtAPI)
            revocations.apply([key: 2], at: start)
            #expect(try heard() == [1, 0])
            revocations.note([key], at: Issuance.opaqueAPI)
            revocations.apply([key: 3], at: start)
            #expect(try heard() == [1, 1])
        }
        revocations.apply(Ended(grants: [grant, GrantID(unchecked: "g2")]), at: start)
        #expect(try heard() == [1, 1])
        revocations.revoke(TokenID(unchecked: "t"), EndedToken(until: start + .seconds(60), audience: nil))
        #expect(try heard() == [1, 1])
        #expect(Set(orders.values.keys).isDisjoint(with: payments.values.keys), "names that can be compared")
        // Who begins now is told the same as those who listened.
        let later = [try await FeedListener(issuance.provider, "orders", at: start + .seconds(2))]
        #expect(later[0].values == orders.values)
    }

    enum Change: CaseIterable { case disabled, deleted, secretAdded, renamed }

    @Test(arguments: Change.allCases)
    func `ends who listens when the resource has to prove anew who it is, behind all that ended with it`(
        change: Change
    ) async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token().accessToken
        let listener = try await FeedListener(issuance.provider, "orders")
        let other = try await FeedListener(issuance.provider, "payments")
        let (orders, administration) = (ClientID(unchecked: "orders"), Administration(provider: issuance.provider))
        switch change {
        case .disabled:
            _ = try await administration.updateResource(
                orders, with: ResourceChange(isEnabled: false), by: .root, at: start)
        case .deleted: try await administration.deleteResource(orders, by: .root, at: start)
        case .secretAdded:
            _ = try await administration.addResourceSecret(orders, endingOthersIn: 0, by: .root, at: start)
        case .renamed:
            _ = try await administration.updateResource(
                orders, with: ResourceChange(name: "New"), by: .root, at: start)
        }
        issuance.feed.deliver(at: start)
        try listener.listen()
        let hasEnded = change == .disabled || change == .deleted
        #expect((listener.verdict(on: try claims(token, issuance)) == .valid) != hasEnded)
        for beat in 1...2 {
            issuance.feed.deliver(at: start + .seconds(beat * 60))
            try other.listen(at: start + .seconds(beat * 60))
        }
        let last = await listener.reader.next(after: listener.position.sequence &+ 1, of: listener.position.feed)
        guard case .ended = last else {
            Issue.record("still told: \(last)")
            return
        }
        guard change == .renamed else {
            await #expect(throws: Rejection.self) {
                try await issuance.provider.feedReader(
                    from: Issuance.basic("orders"), caller: Issuance.caller, at: start + .seconds(1))
            }
            return
        }
        _ = try await FeedListener(issuance.provider, "orders")
    }

    @Test func `tells who begins late with a snapshot, also after a restart`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token().accessToken
        let other = try await issuance.token(resource: Issuance.opaqueAPI).accessToken
        let first = try await FeedListener(issuance.provider, "orders")
        try await issuance.revoke(token)
        let counters = try await issuance.store.advance(
            [.grant(GrantID(unchecked: "g-payments.example"))], recording: event())
        issuance.provider.revocations.apply(counters, at: start)
        let again = try await Issuance(store: issuance.store, registers: false)
        for provider in [issuance.provider, again.provider] {
            let orders = try await FeedListener(provider, "orders")
            // A snapshot of the same second may be an earlier one; the chain brings the rest.
            provider.revocations.feed.deliver(at: start)
            try orders.listen()
            #expect(orders.verdict(on: try claims(token, issuance)) == .revoked(.token))
            let payments = try await FeedListener(provider, "payments")
            #expect(payments.verdict(on: try claims(other, issuance)) == .revoked(.grant))
            #expect(payments.verdict(on: try claims(token, issuance)) == .valid)
        }
        // Another chain, which the reader of the first one sees.
        let later = try await FeedListener(again.provider, "orders")
        #expect(later.position.feed != first.position.feed)
        guard case .resync = later.reader.messages(after: first.position.sequence, of: first.position.feed) else {
            Issue.record("a chain was gone on with")
            return
        }
    }

    @Test(arguments: KindOfStore.allCases)
    func `tells after a restart only of counters that a living token can be older than`(kind: KindOfStore) async throws
    {
        try await kind.run { store in
            let latest = ServerPolicy.longestAccessTokenLifetime + ServerPolicy.revocationAllowance
            for (name, age) in [("old", latest), ("young", latest - 1), ("again", latest), ("again", 60)] {
                let event = AuditEvent(at: start - .seconds(age), action: "t", actor: "t")
                _ = try await store.advance([.client(ClientID(unchecked: name))], recording: event)
            }
            let issuance = try await Issuance(store: store)
            let listener = try await FeedListener(issuance.provider, "orders")
            func value(_ name: String) -> Int64? { listener.value(.client(ClientID(unchecked: name))) }
            #expect(value("old") == nil && value("young") == 1 && value("again") == 2)
            // The server itself forgets none: a client of an old name inherits no token.
            #expect(issuance.provider.revocations.counts.epochs == 3)
            await issuance.provider.revocations.feed.prune(at: start + .seconds(1))
            let snapshot = try await issuance.provider.revocations.feed.snapshot(
                for: Issuance.jwtAPI, at: start + .seconds(2))
            #expect(snapshot.head.count <= 2)
        }
    }

    @Test func `makes no snapshot above its size`() async throws {
        var policy = ServerPolicy()
        policy.feed.snapshotBytes = 2 * 29
        let issuance = try await Issuance(policy: policy)
        for round in 1...2 {
            issuance.tell("c\(round)")
            _ = try await issuance.feed.snapshot(for: Issuance.jwtAPI, at: start + .seconds(round * 5))
        }
        // What concerns others takes no room.
        issuance.provider.revocations.apply([.client(ClientID(unchecked: "other")): 1], at: start)
        _ = try await issuance.feed.snapshot(for: Issuance.jwtAPI, at: start + .seconds(15))
        issuance.tell("c3")
        let later = start + .seconds(20)
        await #expect(throws: SnapshotRefusal.tooLarge(bytes: 3 * 29)) {
            try await issuance.feed.snapshot(for: Issuance.jwtAPI, at: later)
        }
        await #expect(throws: Rejection.snapshotTooLarge(ClientID(unchecked: "orders"), bytes: 3 * 29)) {
            try await issuance.provider.feedSnapshot(
                from: Issuance.basic("orders"), caller: Issuance.caller, at: later)
        }
    }

    @Test func `shows that it lives to who listens, and costs nothing where nobody does`() async throws {
        let issuance = try await Issuance()
        let listener = try await FeedListener(issuance.provider, "orders")
        let feed = issuance.feed
        feed.deliver(at: start)
        feed.deliver(at: start + .seconds(4))
        #expect(try listener.listen().isEmpty)
        #expect(listener.messages.map(\.issuedAt) == [start])
        feed.deliver(at: start + .seconds(5))
        try listener.listen(at: start + .seconds(5))
        #expect(listener.messages.map(\.issuedAt) == [start, start + .seconds(5)])
        listener.reader.close()
        feed.deliver(at: start + .seconds(60))
        #expect(listener.reader.position?.sequence == 2)
        // What ends is told all the same, for whoever comes back.
        issuance.tell(at: start + .seconds(60))
        feed.deliver(at: start + .seconds(60))
        #expect(try listener.listen().count == 1)
        #expect(feed.counts.chains == 1)
        feed.deliver(at: start + .seconds(3600))
        #expect(feed.counts.chains == 0)
    }

    @Test func `puts much into messages that every verifier takes`() async throws {
        let issuance = try await Issuance()
        let listener = try await FeedListener(issuance.provider, "orders")
        let names = (0..<1000).map { Subject(unchecked: "user-\($0)") }
        issuance.provider.revocations.note(names.map { .subject($0) })
        issuance.provider.revocations.apply(
            Dictionary(uniqueKeysWithValues: names.map { (EpochKey.subject($0), Int64(1)) }), at: start)
        issuance.feed.deliver(at: start)
        #expect(try listener.listen().count == 1000)
        #expect(listener.messages.count < 8)
        #expect(Set(listener.values.keys).count == 1000)
    }

    @Test func `keeps no more messages than fit into a few mebibytes`() async throws {
        var policy = ServerPolicy()
        policy.feed.messagesKept = 100_000
        let issuance = try await Issuance(policy: policy)
        let reader = try #require(issuance.feed.reader(for: Issuance.jwtAPI, at: start))
        let position = try #require(reader.position)
        let ended = (0..<200_000).map { GrantID(unchecked: "g\($0)") }
        issuance.provider.revocations.note(ended.map { .grant($0) })
        issuance.provider.revocations.apply(Ended(grants: ended), at: start)
        issuance.feed.deliver(at: start)
        let last = try #require(reader.position?.sequence)
        #expect(last == Int64((ended.count + 246) / 247))
        // One message is nine kilobytes or so.
        for (sequence, isKept) in [(0, false), (last - 600, false), (last - 300, true)] as [(Int64, Bool)] {
            switch reader.messages(after: sequence, of: position.feed) {
            case .messages(let messages): #expect(isKept && messages.count == 64)
            case .resync: #expect(!isKept, "\(sequence)")
            case .ended: Issue.record("nothing has changed")
            }
        }
    }

    @Test func `works out again, of a large snapshot, only what came since`() async throws {
        let issuance = try await Issuance()
        let (feed, revocations) = (issuance.feed, issuance.provider.revocations)
        func end(_ numbers: Range<Int>) {
            let ended = numbers.map { GrantID(unchecked: "g\($0)") }
            // Every second one concerns the resource.
            revocations.note(ended.enumerated().filter { $0.offset % 2 == 0 }.map { .grant($0.element) })
            revocations.apply(Ended(grants: ended), at: start)
        }
        end(0..<50_000)
        let first = try await feed.snapshot(for: Issuance.jwtAPI, at: start)
        #expect((25_000..<25_500).contains(first.head.count))
        end(50_000..<50_010)
        let second = try await feed.snapshot(for: Issuance.jwtAPI, at: start + .seconds(2))
        #expect(second.head.count >= first.head.count + 5)
        // All but the last, which was not full.
        #expect(second.pieces.count == first.pieces.count)
        #expect(zip(first.pieces, second.pieces).dropLast().allSatisfy { $0 === $1 })
        let other = try await feed.snapshot(for: Issuance.opaqueAPI, at: start + .seconds(2))
        #expect(other.head.count < 500)
        let told = try [second, other].map { snapshot in
            try RevocationEntryReader.entries(snapshot.bytes.dropFirst(snapshot.prefix.count)).map(\.name)
        }
        #expect(Set(told[0]).isDisjoint(with: told[1]))
    }

    @Test func `shares one snapshot among those who ask at once`() async throws {
        let issuance = try await Issuance()
        let feed = issuance.feed
        let first = try await feed.snapshot(for: Issuance.jwtAPI, at: start)
        #expect(try await feed.snapshot(for: Issuance.jwtAPI, at: start).prefix == first.prefix)
        // Later it is signed anew, with what came since.
        issuance.tell()
        let later = try await feed.snapshot(for: Issuance.jwtAPI, at: start + .seconds(2))
        #expect(later.head.count == first.head.count + 1)
        feed.deliver(at: start + .seconds(3))
        let same = try await feed.snapshot(for: Issuance.jwtAPI, at: start + .seconds(4))
        #expect(same.head.digest == later.head.digest && same.head.position.sequence == 1)
    }

    @Test func `forgets what concerns no living token, and says once what was said often`() async throws {
        let issuance = try await Issuance()
        let feed = issuance.feed
        let revocations = issuance.provider.revocations
        revocations.note((0..<100).map { .client(ClientID(unchecked: "c\($0)")) })
        for round in 1...40_000 {
            revocations.apply([.client(ClientID(unchecked: "c\(round % 100)")): Int64(round)], at: start)
        }
        #expect(feed.counts.entries == 40_000)
        await feed.prune(at: start)
        #expect(feed.counts.entries < 4_000)
        let listener = try await FeedListener(issuance.provider, "orders")
        #expect(listener.values.count == 100)
        #expect(listener.value(.client(ClientID(unchecked: "c99"))) == 39_999)
        #expect(listener.value(.client(ClientID(unchecked: "c0"))) == 40_000)
        for round in 0..<10_000 {
            revocations.revoke(
                TokenID(unchecked: "t\(round)"), EndedToken(until: start + .seconds(60), audience: [Issuance.jwtAPI]))
        }
        let before = feed.counts.entries
        await feed.prune(at: start + .seconds(61))
        #expect(feed.counts.entries < before - 8_000)
    }
}
