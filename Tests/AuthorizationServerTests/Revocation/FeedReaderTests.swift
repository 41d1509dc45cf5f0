import AuthorizationServer
import JOSE
import OAuth
import Storage
import Testing

/// Who listens to the feed: who may, how many, and until when.
@Suite(.timeLimit(.minutes(5))) struct `A reader of the revocation feed` {
    private let start = Issuance.start

    @Test func `counts who listens and what they get`() async throws {
        var policy = ServerPolicy()
        policy.feed.messagesKept = 2
        let issuance = try await Issuance(policy: policy)
        let feed = issuance.feed
        #expect(feed.figures.messagesSent == 0 && feed.figures.resyncs == 0 && feed.figures.snapshots == 0)
        let listeners = [
            try await FeedListener(issuance.provider, "orders"), try await FeedListener(issuance.provider, "orders"),
        ]
        #expect(feed.counts.readers == 2 && feed.figures.snapshots == 2)
        func tell(_ times: Int) {
            for _ in 0..<times {
                issuance.tell()
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
                issuance.tell()
                issuance.feed.deliver(at: start)
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
        let feed = issuance.feed
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
            issuance.tell()
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
        let reader = try #require(issuance.feed.reader(for: Issuance.jwtAPI, at: start))
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
        let event = AuditEvent(at: start, action: "t", actor: "t")
        let short = Secret("tsc_short-lived")
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
        for moment in [start, start + .seconds(55), start + .seconds(60)] { issuance.feed.deliver(at: moment) }
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

    @Test func `is for protected resources that prove who they are`() async throws {
        let issuance = try await Issuance()
        await #expect(throws: Rejection.notAResource(ClientID(unchecked: "svc"))) {
            try await issuance.provider.feedReader(from: Issuance.basic("svc"), caller: Issuance.caller, at: start)
        }
        let wrong = try Issuance.basic("orders", Secret("tsc_wrong"))
        await #expect(throws: Rejection.clientSecretWrong(ClientID(unchecked: "orders"))) {
            try await issuance.provider.feedSnapshot(from: wrong, caller: Issuance.caller, at: start)
        }
        #expect(issuance.feed.counts.chains == 0)
    }
}
