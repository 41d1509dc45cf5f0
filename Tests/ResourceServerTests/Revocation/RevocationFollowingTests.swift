import JOSE
import OAuth
import ResourceServer
import Synchronization
import TestSupport
import Testing

/// A reader at work against an issuer in memory that is cut off, restarts, forges and falls silent: it recovers.
@Suite(.timeLimit(.minutes(5))) struct RevocationFollowingTests {
    private let crafted: CraftedIssuer
    private let clock = SetClock()
    private let chain: SharedFeed
    private let transport: FeedTransport

    init() throws {
        crafted = try CraftedIssuer()
        let feed = try CraftedFeed(crafted)
        chain = SharedFeed(feed)
        transport = FeedTransport(keys: feed.keySet)
    }

    private func send(_ names: String...) throws {
        try chain.withLock { feed in
            try feed.send(names.map { try CraftedFeed.entry(.token, $0) }, at: clock.date)
            show(feed)
        }
    }

    /// From now on the issuer answers with this chain.
    private func show(_ feed: CraftedFeed, changing change: @escaping @Sendable ([String]) -> [String] = { $0 }) {
        let date = clock.date
        transport.answers.withLock { answers in
            answers.snapshot = {
                guard let body = try? feed.snapshot(at: date) else { return TransportResponse(status: 500) }
                return TransportResponse(status: 200, contentType: RevocationSnapshot.mediaType, body: body)
            }
            answers.messages = { id in
                guard let (name, after) = RevocationPosition.parse(eventID: id), name == feed.position.feed,
                    after <= Int64(feed.texts.count)
                else { return nil }
                return change(Array(feed.texts.dropFirst(Int(after))))
            }
        }
    }

    private func reader(hasStreams: Bool = true) -> RevocationFeedReader {
        let place = RevocationFeed(
            issuer: crafted.issuer, audience: CraftedFeed.resource, resource: ClientID(unchecked: "api"),
            secret: Secret("s"))
        return RevocationFeedReader(
            place, transport: transport, streams: hasStreams ? transport : nil, clock: clock.reader,
            random: SecretGenerator { [UInt8](repeating: 7, count: $0) })
    }

    /// Time goes on while the work is awaited, no faster than on the wall: a slow machine has as long as a quick one.
    private func following<Value: Sendable>(
        _ reader: RevocationFeedReader, _ work: @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await reader.run() }
            group.addTask {
                while !Task.isCancelled {
                    clock.advance(.milliseconds(1))
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
            defer { group.cancelAll() }
            return try await work()
        }
    }

    private func wait(_ what: String, for condition: @Sendable () -> Bool) async throws {
        for _ in 0..<60_000 {
            if condition() { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record("never: \(what)")
    }

    @Test(arguments: [true, false])
    func `follows by events and by long polling`(hasStreams: Bool) async throws {
        try send("a")
        let reader = reader(hasStreams: hasStreams)
        try await following(reader) {
            try await wait("one entry") { reader.state.entries == 1 }
            for index in 0..<5 { try send("b\(index)") }
            try await wait("six entries") { reader.state.entries == 6 }
        }
        #expect(transport.asked.filter { $0 == "snapshot" }.count == 1 || hasStreams)
        #expect(transport.asked.contains(hasStreams ? "stream" : "poll"))
    }

    @Test func `falls back to long polling where no events get through`() async throws {
        transport.answers.withLock { $0.hasStreams = false }
        try send("a")
        let reader = reader()
        try await following(reader) {
            try await wait("a snapshot") { reader.state.entries == 1 }
            try send("b")
            try await wait("two entries by polling") {
                reader.state.entries == 2 && transport.asked.contains("poll")
            }
        }
        #expect(transport.asked.contains("stream"))
    }

    @Test func `leaves a connection that says nothing`() async throws {
        transport.answers.withLock { $0.isSilent = true }
        try send("a")
        let reader = reader()
        try await following(reader) {
            try await wait("silence noticed") {
                clock.advance(.milliseconds(20))
                return reader.state.lastProblem == .silent
            }
            try send("b")
            try await wait("the message by polling") { reader.state.entries == 2 }
        }
    }

    @Test func `begins anew when the issuer has started anew`() async throws {
        try send("a")
        let reader = reader()
        try await following(reader) {
            try await wait("one entry") { reader.state.entries == 1 }
            transport.answers.withLock { $0.isDown = true }
            try await wait("unreachable") { reader.state.lastProblem == .unreachable }
            try chain.withLock { feed in
                feed = try CraftedFeed(crafted, key: feed.key, named: 2)
                try feed.send([CraftedFeed.entry(.token, "a"), CraftedFeed.entry(.token, "b")], at: clock.date)
                show(feed)
            }
            transport.answers.withLock { $0.isDown = false }
            try await wait("the new chain") {
                reader.state.position?.feed == CraftedFeed.name(2) && reader.state.entries == 2
            }
        }
    }

    @Test(arguments: ["forged", "cut", "reordered", "repeated", "gap", "noise"])
    func `refuses what was tampered with on the way, and recovers`(how: String) async throws {
        try send("a")
        let reader = reader()
        let impostor = try SigningKey.generate(.ES256)
        try await following(reader) {
            try await wait("one entry") { reader.state.entries == 1 }
            let before = reader.state.refused
            try chain.withLock { feed in
                let forged = try feed.signed(
                    feed.following([CraftedFeed.entry(.token, "forged")], at: clock.date), by: impostor)
                for name in ["b", "c", "d"] { try feed.send([CraftedFeed.entry(.token, name)], at: clock.date) }
                show(feed) { messages in
                    switch how {
                    case "forged": [forged] + messages
                    case "cut": messages.map { String($0.dropLast(9)) }
                    case "reordered": messages.reversed()
                    case "repeated": messages + messages
                    case "gap": Array(messages.dropFirst())
                    default: ["\u{0}\u{7F}..", String(repeating: ".", count: 40_000)] + messages
                    }
                }
            }
            try await wait("a refusal") { reader.state.refused > before }
            // What can be had while the messages are spoilt comes with a snapshot.
            try await wait("all entries") { reader.state.entries == 4 }
            chain.withLock { show($0) }
            try send("e")
            try await wait("the next message") { reader.state.entries == 5 }
        }
        let names = ["b", "forged"].map { CraftedFeed.name(.token, $0) }
        #expect(names.count == 2 && reader.state.entries == 5)
    }

    @Test func `a snapshot that is forged or cut is asked for again`() async throws {
        try send("a")
        let good = try chain.withLock { try $0.snapshot(at: clock.date) }
        let impostor = try SigningKey.generate(.ES256)
        let forged = try chain.withLock { try $0.snapshot(at: clock.date, by: impostor) }
        let bad = [forged, Array(good.dropLast(3)), Array("hello".utf8), []]
        let number = Mutex(0)
        let served: @Sendable () -> TransportResponse = {
            let index = number.withLock { number in
                defer { number += 1 }
                return number
            }
            let body = index < bad.count ? bad[index] : good
            return TransportResponse(status: 200, contentType: RevocationSnapshot.mediaType, body: body)
        }
        transport.answers.withLock { $0.snapshot = served }
        let reader = reader()
        try await following(reader) { try await wait("the good one") { reader.state.entries == 1 } }
        #expect(reader.state.refused >= bad.count)
    }

    @Test func `says when it becomes current and when stale`() async throws {
        try send("a")
        let reports = Mutex<[RevocationState]>([])
        let place = RevocationFeed(
            issuer: crafted.issuer, audience: CraftedFeed.resource, resource: ClientID(unchecked: "api"),
            secret: Secret("s"))
        let reader = RevocationFeedReader(
            place, policy: RevocationPolicy(mode: .introspect), transport: transport, streams: transport,
            clock: clock.reader, random: SecretGenerator { [UInt8](repeating: 7, count: $0) }
        ) { state in reports.withLock { $0.append(state) } }
        try await following(reader) {
            try await wait("current") { reports.withLock { $0.last?.isCurrent == true } }
            clock.advance(.seconds(20))
            try await wait("stale") { reports.withLock { $0.last?.isCurrent == false && $0.last?.age != nil } }
            let last = try #require(reports.withLock { $0.last })
            #expect(last.mode == .introspect && last.description.contains("the issuer is asked about each token"))
            try send("b")
            try await wait("current again") { reports.withLock { $0.last?.isCurrent == true } }
        }
    }

    @Test func `says when something was refused, although it stays as it was`() async throws {
        transport.answers.withLock {
            $0.snapshot = { TransportResponse(status: 200, contentType: RevocationSnapshot.mediaType, body: [1]) }
        }
        let reports = Mutex<[RevocationState]>([])
        let place = RevocationFeed(
            issuer: crafted.issuer, audience: CraftedFeed.resource, resource: ClientID(unchecked: "api"),
            secret: Secret("s"))
        let reader = RevocationFeedReader(
            place, transport: transport, streams: transport, clock: clock.reader,
            random: SecretGenerator { [UInt8](repeating: 7, count: $0) }
        ) { state in reports.withLock { $0.append(state) } }
        try await following(reader) {
            try await wait("two reports") { reports.withLock { Set($0.map(\.refused).filter { $0 > 0 }).count >= 2 } }
        }
        for state in reports.withLock({ $0 }) where state.refused > 0 {
            #expect(!state.isCurrent && state.lastProblem == .malformed)
        }
    }
}

/// The chain of an issuer that several tasks use.
private final class SharedFeed: Sendable {
    private let feed: Mutex<CraftedFeed>

    init(_ feed: CraftedFeed) { self.feed = Mutex(feed) }

    func withLock<Value: Sendable>(_ work: (inout CraftedFeed) throws -> Value) rethrows -> Value {
        try feed.withLock { try work(&$0) }
    }
}
