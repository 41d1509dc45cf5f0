import JOSE
import OAuth
import ResourceServer
import Testing

/// Each way in which a feed can be cut, forged, reordered or repeated: refused by its name, and nothing changed.
@Suite struct RevocationChainTests {
    private let crafted: CraftedIssuer
    private var feed: CraftedFeed
    private let clock = SetClock()

    init() throws {
        crafted = try CraftedIssuer()
        feed = try CraftedFeed(crafted)
    }

    private func reader(_ policy: RevocationPolicy = RevocationPolicy()) -> RevocationFeedReader {
        let place = RevocationFeed(
            issuer: crafted.issuer, audience: CraftedFeed.resource, resource: ClientID(unchecked: "api"),
            secret: Secret("s"))
        return RevocationFeedReader(
            place, policy: policy, transport: FeedTransport(keys: feed.keySet), streams: nil, clock: clock.reader,
            random: SecretGenerator { [UInt8](repeating: 7, count: $0) })
    }

    /// One that has taken a snapshot and a message.
    private mutating func begun() async throws -> RevocationFeedReader {
        let reader = reader()
        try await reader.take(snapshot: feed.snapshot())
        try await reader.take(message: feed.send([CraftedFeed.entry(.token, "first")]))
        return reader
    }

    private func refusal(_ text: String, by reader: RevocationFeedReader) async -> RevocationFeedProblem? {
        let before = reader.state
        do {
            try await reader.take(message: text)
            return nil
        } catch {
            #expect(reader.state == before, "a refused message changed something")
            return error
        }
    }

    private func refusal(snapshot body: [UInt8], by reader: RevocationFeedReader) async -> RevocationFeedProblem? {
        let before = reader.state
        do {
            try await reader.take(snapshot: body)
            return nil
        } catch {
            #expect(reader.state == before, "a refused snapshot changed something")
            return error
        }
    }

    @Test mutating func `takes a snapshot and the messages that follow it`() async throws {
        try feed.send([CraftedFeed.entry(.client, "before")])
        let reader = try await begun()
        for index in 0..<5 { try await reader.take(message: feed.send([CraftedFeed.entry(.grant, "g\(index)")])) }
        let version = reader.version
        try await reader.take(message: feed.send())
        #expect(version > 0 && reader.version == version, "a sign of life ends nothing")
        #expect(reader.state.position == feed.position && reader.state.entries == 7 && reader.state.isCurrent)
    }

    @Test mutating func `refuses what another key signed, a key of tokens included`() async throws {
        let reader = try await begun()
        let next = feed.following()
        var named = try SigningKey.generate(.ES256).privateJWK.json
        named["kid"] = .string(feed.key.id)
        let impostor = try SigningKey(JSONWebKey(named))
        #expect(await refusal(try feed.signed(next, by: crafted.key), by: reader) == .unknownKey)
        #expect(await refusal(try feed.signed(next, by: impostor), by: reader) == .wrongSignature)
        let snapshot = try feed.snapshot(by: crafted.key)
        #expect(await refusal(snapshot: snapshot, by: reader) == .unknownKey)
        #expect(await refusal(snapshot: try feed.snapshot(by: impostor), by: reader) == .wrongSignature)
        try await reader.take(message: feed.send())
    }

    @Test mutating func `refuses another type, algorithm or form`() async throws {
        let reader = try await begun()
        let next = feed.following()
        for type in ["at+jwt", "JWT", RevocationSnapshot.type] {
            #expect(await refusal(try feed.signed(next, type: type), by: reader) == .wrongType)
        }
        #expect(await refusal(snapshot: try feed.snapshot(type: RevocationMessage.type), by: reader) == .wrongType)
        let text = try feed.signed(next)
        let parts = text.split(separator: ".").map(String.init)
        let none = Base64URL.encode(Array(#"{"alg":"none","typ":"tessera-revocations+jwt"}"#.utf8))
        let other = Base64URL.encode(Array(#"{"alg":"HS256","typ":"tessera-revocations+jwt"}"#.utf8))
        for forged in [
            "", ".", "a.b.c", parts[0] + "." + parts[1], text + ".", none + "." + parts[1] + ".", text.lowercased(),
            String(repeating: "a", count: 9_000),
        ] {
            let found = await refusal(forged, by: reader)
            #expect(
                found == .malformed || found == .wrongSignature, "\(forged.prefix(20)): \(String(describing: found))")
        }
        #expect(await refusal(other + "." + parts[1] + "." + parts[2], by: reader) == .unknownKey)
        #expect(await refusal(String(repeating: "a", count: 20_000), by: reader) == .tooLarge)
        let swapped = try feed.signed(feed.following([CraftedFeed.entry(.token, "x")])).split(separator: ".")
        #expect(
            await refusal([parts[0], String(swapped[1]), parts[2]].joined(separator: "."), by: reader)
                == .wrongSignature)
    }

    @Test mutating func `refuses what is meant for another resource or comes from another issuer`() async throws {
        let reader = try await begun()
        var next = feed.following()
        next.audience = ResourceIndicator(unchecked: "https://other.example/")
        #expect(await refusal(try feed.signed(next), by: reader) == .wrongAudience)
        next = feed.following()
        next.issuer = CraftedIssuer.text + "/"
        #expect(await refusal(try feed.signed(next), by: reader) == .wrongIssuer)
        let foreign = try feed.snapshot { $0.audience = ResourceIndicator(unchecked: "https://api.example") }
        #expect(await refusal(snapshot: foreign, by: reader) == .wrongAudience)
        #expect(
            await refusal(snapshot: try feed.snapshot { $0.issuer = "https://b.example" }, by: reader) == .wrongIssuer)
    }

    @Test mutating func `refuses what is repeated, left out, reordered or linked to something else`() async throws {
        let reader = try await begun()
        var ahead = feed
        let (second, third) = (try ahead.send(), try ahead.send())
        #expect(await refusal(try #require(feed.texts.first), by: reader) == .repeated)
        #expect(await refusal(third, by: reader) == .gap)
        var next = feed.following()
        next.previous = Base64URL.encode([UInt8](repeating: 3, count: 32))
        #expect(await refusal(try feed.signed(next), by: reader) == .brokenLink)
        next = feed.following()
        next.feed = CraftedFeed.name(2)
        #expect(await refusal(try feed.signed(next), by: reader) == .otherFeed)
        next = feed.following()
        next.sequence = .max
        #expect(await refusal(try feed.signed(next), by: reader) == .gap)
        try await reader.take(message: second)
        try await reader.take(message: third)
        #expect(await refusal(second, by: reader) == .repeated)
    }

    @Test mutating func `refuses what is from the future or goes back in time`() async throws {
        let reader = try await begun()
        let now = CraftedIssuer.now
        #expect(await refusal(try feed.signed(feed.following(at: now + .seconds(31))), by: reader) == .fromTheFuture)
        #expect(await refusal(try feed.signed(feed.following(at: now - .seconds(1))), by: reader) == .wentBack)
        #expect(await refusal(snapshot: try feed.snapshot(at: now + .seconds(31)), by: reader) == .fromTheFuture)
        #expect(await refusal(snapshot: try feed.snapshot(at: now - .seconds(1)), by: reader) == .wentBack)
        try await reader.take(message: feed.send(at: now + .seconds(30)))
    }

    /// Without a whole an addition says nothing about what came before it.
    @Test mutating func `refuses a message before any snapshot`() async throws {
        #expect(await refusal(try feed.send(), by: reader()) == .gap)
    }

    @Test mutating func `an old snapshot is seen as old, of this chain and of an ended one`() async throws {
        let old = try feed.snapshot()
        let reader = try await begun()
        #expect(await refusal(snapshot: old, by: reader) == .wentBack)
        clock.advance(.seconds(10))
        // The server starts anew: another chain, which the reader follows from its snapshot on.
        var second = try CraftedFeed(crafted, key: feed.key, named: 2)
        #expect(await refusal(try second.signed(second.following(at: clock.date)), by: reader) == .otherFeed)
        try await reader.take(snapshot: second.snapshot(at: clock.date))
        #expect(reader.state.position?.feed == CraftedFeed.name(2))
        try await reader.take(message: second.send(at: clock.date))
        #expect(await refusal(snapshot: try feed.snapshot(at: CraftedIssuer.now), by: reader) == .wentBack)
        #expect(await refusal(try feed.send(at: clock.date), by: reader) == .otherFeed)
        // The same place of the same chain, told differently.
        let forked = try second.snapshot(at: clock.date) {
            $0.position = RevocationPosition(
                feed: $0.position.feed, sequence: $0.position.sequence,
                link: Base64URL.encode([UInt8](repeating: 1, count: 32)))
        }
        #expect(await refusal(snapshot: forked, by: reader) == .brokenLink)
    }

    @Test mutating func `refuses a snapshot that is cut, prolonged, changed or miscounted`() async throws {
        try feed.send([CraftedFeed.entry(.token, "a"), CraftedFeed.entry(.subject, "b", value: 3)])
        let body = try feed.snapshot()
        let reader = reader()
        for length in Set([0, 1, 3, 4, 5, 100, body.count - 30, body.count - 1]) {
            #expect(await refusal(snapshot: Array(body.prefix(length)), by: reader) != nil, "\(length) bytes")
        }
        var changed = body
        changed[body.count - 1] ^= 1
        #expect(await refusal(snapshot: changed, by: reader) == .wrongEntries)
        #expect(await refusal(snapshot: body + CraftedFeed.bytes(feed.entries), by: reader) == .wrongEntries)
        #expect(await refusal(snapshot: try feed.snapshot { $0.count = 1 }, by: reader) == .wrongEntries)
        #expect(await refusal(snapshot: [0xFF, 0xFF, 0xFF, 0xFF] + body, by: reader) == .malformed)
        #expect(!reader.state.isCurrent && reader.state.entries == 0)
        try await reader.take(snapshot: body)
        #expect(reader.state.entries == 2)
    }

    @Test mutating func `takes no more than it was told to`() async throws {
        let small = RevocationPolicy(maximumEntries: 1_000, maximumSnapshotBytes: 64 << 10)
        let reader = reader(small)
        try await reader.take(snapshot: feed.snapshot())
        for batch in 0..<5 {
            try await reader.take(
                message: feed.send((0..<200).map { try CraftedFeed.entry(.token, "t\(batch)-\($0)") }))
        }
        let more = try feed.send([CraftedFeed.entry(.token, "one more")])
        #expect(await refusal(more, by: reader) == .tooManyEntries)
        #expect(await refusal(snapshot: try feed.snapshot(), by: reader) == .tooManyEntries)
        for batch in 0..<20 { try feed.send((0..<200).map { try CraftedFeed.entry(.token, "u\(batch)-\($0)") }) }
        #expect(await refusal(snapshot: try feed.snapshot(), by: reader) == .tooLarge)
    }

    /// Whatever is done to a good message, none but the message itself is taken.
    @Test mutating func `no change of any byte is taken`() async throws {
        let reader = try await begun()
        let good = Array(try feed.send([CraftedFeed.entry(.token, "x")]).utf8)
        let before = reader.state
        var random = SplitMix(11)
        for _ in 0..<400 {
            var bytes = good
            switch random.next() % 4 {
            case 0: bytes[Int(random.next() % UInt64(bytes.count))] ^= UInt8(1 << (random.next() % 7))
            case 1: bytes.remove(at: Int(random.next() % UInt64(bytes.count)))
            case 2: bytes.insert(UInt8(random.next() % 128), at: Int(random.next() % UInt64(bytes.count)))
            default: bytes.removeLast(1 + Int(random.next() % UInt64(bytes.count - 1)))
            }
            guard bytes != good, let text = String(validating: bytes, as: UTF8.self) else { continue }
            await #expect(throws: RevocationFeedProblem.self) { try await reader.take(message: text) }
        }
        #expect(reader.state == before)
        try await reader.take(message: String(decoding: good, as: UTF8.self))
    }
}
