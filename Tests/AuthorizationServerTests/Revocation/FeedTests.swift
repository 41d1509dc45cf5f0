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

    private func feed(_ issuance: Issuance) -> RevocationFeed { issuance.provider.revocations.feed }

    /// Something ends of which the resource with JWTs has a token.
    private func tell(_ issuance: Issuance, _ client: String = "c", at now: NumericDate = Issuance.start) {
        let key = EpochKey.client(ClientID(unchecked: client))
        issuance.provider.revocations.note([key])
        issuance.provider.revocations.apply([key: 1], at: now)
    }

    private func event(_ action: String = "t") -> AuditEvent { AuditEvent(at: start, action: action, actor: "t") }

    @Test func `tells a resource of a revoked token before the revoker is answered`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token().accessToken
        let listener = try await FeedListener(issuance.provider, "orders")
        let claims = try claims(token, issuance)
        #expect(listener.verdict(on: claims) == .valid)
        try await issuance.revoke(token)
        feed(issuance).deliver(at: start)
        try listener.listen()
        #expect(listener.verdict(on: claims) == .revoked(.token))
        #expect(listener.verdict(on: try self.claims(try await issuance.token().accessToken, issuance)) == .valid)
    }

    @Test func `tells each resource what concerns its tokens, and nothing else`() async throws {
        let issuance = try await Issuance()
        let orders = try await FeedListener(issuance.provider, "orders")
        let payments = try await FeedListener(issuance.provider, "payments")
        func heard() throws -> [Int] {
            feed(issuance).deliver(at: start)
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
        feed(issuance).deliver(at: start)
        try listener.listen()
        let hasEnded = change == .disabled || change == .deleted
        #expect((listener.verdict(on: try claims(token, issuance)) == .valid) != hasEnded)
        for beat in 1...2 {
            feed(issuance).deliver(at: start + .seconds(beat * 60))
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
            tell(issuance, "c\(round)")
            _ = try await feed(issuance).snapshot(for: Issuance.jwtAPI, at: start + .seconds(round * 5))
        }
        // What concerns others takes no room.
        issuance.provider.revocations.apply([.client(ClientID(unchecked: "other")): 1], at: start)
        _ = try await feed(issuance).snapshot(for: Issuance.jwtAPI, at: start + .seconds(15))
        tell(issuance, "c3")
        let later = start + .seconds(20)
        await #expect(throws: SnapshotRefusal.tooLarge(bytes: 3 * 29)) {
            try await feed(issuance).snapshot(for: Issuance.jwtAPI, at: later)
        }
        await #expect(throws: Rejection.snapshotTooLarge(ClientID(unchecked: "orders"), bytes: 3 * 29)) {
            try await issuance.provider.feedSnapshot(
                from: Issuance.basic("orders"), caller: Issuance.caller, at: later)
        }
    }

    @Test func `shows that it lives to who listens, and costs nothing where nobody does`() async throws {
        let issuance = try await Issuance()
        let listener = try await FeedListener(issuance.provider, "orders")
        let feed = feed(issuance)
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
        tell(issuance, at: start + .seconds(60))
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
        feed(issuance).deliver(at: start)
        #expect(try listener.listen().count == 1000)
        #expect(listener.messages.count < 8)
        #expect(Set(listener.values.keys).count == 1000)
    }

    @Test func `keeps no more messages than fit into a few mebibytes`() async throws {
        var policy = ServerPolicy()
        policy.feed.messagesKept = 100_000
        let issuance = try await Issuance(policy: policy)
        let reader = try #require(feed(issuance).reader(for: Issuance.jwtAPI, at: start))
        let position = try #require(reader.position)
        let ended = (0..<200_000).map { GrantID(unchecked: "g\($0)") }
        issuance.provider.revocations.note(ended.map { .grant($0) })
        issuance.provider.revocations.apply(Ended(grants: ended), at: start)
        feed(issuance).deliver(at: start)
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

    @Test func `counts who listens and what they get`() async throws {
        var policy = ServerPolicy()
        policy.feed.messagesKept = 2
        let issuance = try await Issuance(policy: policy)
        let feed = feed(issuance)
        #expect(feed.figures.messagesSent == 0 && feed.figures.resyncs == 0 && feed.figures.snapshots == 0)
        let listeners = [
            try await FeedListener(issuance.provider, "orders"), try await FeedListener(issuance.provider, "orders"),
        ]
        #expect(feed.counts.readers == 2 && feed.figures.snapshots == 2)
        func tell(_ times: Int) {
            for _ in 0..<times {
                self.tell(issuance)
                feed.deliver(at: start)
            }
        }
        tell(2)
        for listener in listeners { try listener.listen() }
        #expect(feed.figures.messagesSent == 4 && feed.figures.resyncs == 0)
        #expect(listeners[0].reader.isKept(after: 0, of: listeners[0].position.feed))
        #expect(feed.figures.messagesSent == 4, "to ask is not to get")
        tell(3)
        #expect(throws: FeedListener.Fault.self) { try listeners[0].listen() }
        #expect(!listeners[1].reader.isKept(after: 2, of: listeners[1].position.feed))
        #expect(feed.figures.messagesSent == 4 && feed.figures.resyncs == 2)
        for listener in listeners { listener.reader.close() }
        #expect(feed.counts.readers == 0)
    }

    @Test func `sends who missed too much back to a snapshot`() async throws {
        var policy = ServerPolicy()
        policy.feed.messagesKept = 4
        let issuance = try await Issuance(policy: policy)
        let listener = try await FeedListener(issuance.provider, "orders")
        func tell(_ times: Int) {
            for _ in 0..<times {
                self.tell(issuance)
                feed(issuance).deliver(at: start)
            }
        }
        tell(4)
        #expect(try listener.listen().count == 4)
        tell(5)
        #expect(throws: FeedListener.Fault.self) { try listener.listen() }
        let reader = listener.reader
        let position = try #require(reader.position)
        for (feed, sequence) in [
            (position.feed, position.sequence + 1), (position.feed, -1), ("AAAAAAAAAAAAAAAAAAAAAA", position.sequence),
        ] {
            guard case .resync = reader.messages(after: sequence, of: feed) else {
                Issue.record("\(sequence) was answered")
                continue
            }
        }
    }

    @Test func `wakes everybody who waits, with the same message`() async throws {
        let issuance = try await Issuance()
        let feed = feed(issuance)
        let reader = try #require(feed.reader(for: Issuance.jwtAPI, at: start))
        let position = try #require(reader.position)
        let texts = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    guard let own = feed.reader(for: Issuance.jwtAPI, at: Issuance.start),
                        case .messages(let messages) = await own.next(after: position.sequence, of: position.feed)
                    else { return nil }
                    return messages.first?.text
                }
            }
            while feed.counts.readers < 201 { try? await Task.sleep(for: .milliseconds(1)) }
            tell(issuance)
            feed.deliver(at: start)
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(texts.count == 200 && Set(texts).count == 1 && texts.first != .some(nil))
        #expect(feed.counts.readers == 1)
        reader.close()
        reader.close()
        #expect(feed.counts.readers == 0)
    }

    @Test func `lets a waiting reader go when its task is cancelled`() async throws {
        let issuance = try await Issuance()
        let reader = try #require(feed(issuance).reader(for: Issuance.jwtAPI, at: start))
        let position = try #require(reader.position)
        let waiting = Task { await reader.next(after: position.sequence, of: position.feed) }
        waiting.cancel()
        guard case .messages(let messages) = await waiting.value else {
            Issue.record("a message that was never sent")
            return
        }
        #expect(messages.isEmpty)
    }

    @Test func `is bounded in chains and in connections`() async throws {
        var policy = ServerPolicy()
        policy.feed.chains = 1
        policy.feed.readersPerResource = 2
        let issuance = try await Issuance(policy: policy)
        func connect(_ resource: String) async throws -> FeedReader {
            try await issuance.provider.feedReader(
                from: Issuance.basic(resource), caller: Issuance.caller, at: start)
        }
        var readers = [try await connect("orders"), try await connect("orders")]
        let full = Rejection.tooManyReaders(ClientID(unchecked: "orders"), retryAfter: 5)
        await #expect(throws: full) { try await connect("orders") }
        await #expect(throws: Rejection.tooManyReaders(ClientID(unchecked: "payments"), retryAfter: 5)) {
            try await connect("payments")
        }
        await #expect(throws: Rejection.tooManyReaders(ClientID(unchecked: "payments"), retryAfter: 5)) {
            try await issuance.provider.feedSnapshot(
                from: Issuance.basic("payments"), caller: Issuance.caller, at: start)
        }
        readers.removeLast()
        _ = try await connect("orders")
        _ = await issuance.provider.flush(at: start)
        #expect(try await issuance.events("revocation_feed.refused").count >= 1)
    }

    @Test func `ends a reader when the secret ends that it proved itself with`() async throws {
        let issuance = try await Issuance()
        let (event, short) = (event(), Secret("tsc_short-lived"))
        var resource = try #require(try await issuance.store.resource(identifiedBy: Issuance.jwtAPI))
        resource.credentials.secrets.append(Issuance.stored(short, expiresAt: start + .seconds(60)))
        _ = try await issuance.store.update(resource, advancing: [], recording: event)
        issuance.provider.registry.forgetResource(resource.id, identifier: resource.identifier)
        func reader(_ secret: Secret, at now: NumericDate) async throws -> FeedReader {
            try await issuance.provider.feedReader(
                from: Issuance.basic("orders", secret), caller: Issuance.caller, at: now)
        }
        let (ending, lasting) = (try await reader(short, at: start), try await reader(Issuance.secret, at: start))
        let chain = try #require(ending.position)
        for moment in [start, start + .seconds(55), start + .seconds(60)] { feed(issuance).deliver(at: moment) }
        func heard(_ reader: FeedReader, after sequence: Int64) -> [Int64]? {
            guard case .messages(let some) = reader.messages(after: sequence, of: chain.feed) else { return nil }
            return some.map(\.sequence)
        }
        #expect(heard(ending, after: 0) == [1, 2] && heard(lasting, after: 0) == [1, 2, 3])
        #expect(heard(ending, after: 2) == nil && heard(lasting, after: 2) == [3])
        guard case .ended = await ending.next(after: 2, of: chain.feed) else {
            Issue.record("told although its secret has ended")
            return
        }
        await #expect(throws: Rejection.clientSecretWrong(ClientID(unchecked: "orders"))) {
            try await reader(short, at: start + .seconds(60))
        }
    }

    @Test func `works out again, of a large snapshot, only what came since`() async throws {
        let issuance = try await Issuance()
        let (feed, revocations) = (feed(issuance), issuance.provider.revocations)
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

    @Test func `is for protected resources that prove who they are`() async throws {
        let issuance = try await Issuance()
        await #expect(throws: Rejection.notAResource(ClientID(unchecked: "svc"))) {
            try await issuance.provider.feedReader(from: Issuance.basic("svc"), caller: Issuance.caller, at: start)
        }
        let wrong = try Issuance.basic("orders", Secret("tsc_wrong"))
        await #expect(throws: Rejection.clientSecretWrong(ClientID(unchecked: "orders"))) {
            try await issuance.provider.feedSnapshot(from: wrong, caller: Issuance.caller, at: start)
        }
        #expect(feed(issuance).counts.chains == 0)
    }

    @Test func `shares one snapshot among those who ask at once`() async throws {
        let issuance = try await Issuance()
        let feed = feed(issuance)
        let first = try await feed.snapshot(for: Issuance.jwtAPI, at: start)
        #expect(try await feed.snapshot(for: Issuance.jwtAPI, at: start).prefix == first.prefix)
        // Later it is signed anew, with what came since.
        tell(issuance)
        let later = try await feed.snapshot(for: Issuance.jwtAPI, at: start + .seconds(2))
        #expect(later.head.count == first.head.count + 1)
        feed.deliver(at: start + .seconds(3))
        let same = try await feed.snapshot(for: Issuance.jwtAPI, at: start + .seconds(4))
        #expect(same.head.digest == later.head.digest && same.head.position.sequence == 1)
    }

    @Test func `forgets what concerns no living token, and says once what was said often`() async throws {
        let issuance = try await Issuance()
        let feed = feed(issuance)
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
