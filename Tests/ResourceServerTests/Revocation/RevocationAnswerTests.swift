import JOSE
import OAuth
import ResourceServer
import Testing

/// What the reader says of tokens: which entries concern them, and what counts when it knows nothing recent.
@Suite struct RevocationAnswerTests {
    private let crafted: CraftedIssuer
    private let clock = SetClock()
    private var feed: CraftedFeed

    init() throws {
        crafted = try CraftedIssuer()
        feed = try CraftedFeed(crafted)
    }

    private func reader(
        _ policy: RevocationPolicy = RevocationPolicy(), of issuer: Issuer? = nil
    ) -> RevocationFeedReader {
        let place = RevocationFeed(
            issuer: issuer ?? crafted.issuer, audience: CraftedFeed.resource, resource: ClientID(unchecked: "api"),
            secret: Secret("s"))
        return RevocationFeedReader(
            place, policy: policy, transport: FeedTransport(keys: feed.keySet), streams: nil, clock: clock.reader,
            random: SecretGenerator { [UInt8](repeating: 7, count: $0) })
    }

    /// A token as a Tessera issuer makes it.
    private func token(
        _ changes: [(String, JSONValue?)] = [], epochs: [Int64] = [1, 2, 3, 4]
    ) async throws -> AccessToken {
        let own = JSONObject([
            ("grant", .string("g1")), ("epochs", .array(epochs.map { .integer($0) })),
        ])
        let text = try crafted.token([("tessera", .object(own))] + changes)
        return try await crafted.validator().validate(text, at: CraftedIssuer.now)
    }

    private func answer(_ entry: RevocationEntry?, _ token: AccessToken) async throws -> RevocationAnswer {
        var feed = feed
        let reader = reader()
        try await reader.take(snapshot: feed.snapshot())
        if let entry { try await reader.take(message: feed.send([entry])) }
        return reader.isRevoked(token, at: CraftedIssuer.now)
    }

    @Test func `each name of a token ends it, and no other`() async throws {
        let token = try await token()
        #expect(try await answer(nil, token) == .current)
        let audience = CraftedFeed.resource.rawValue
        for (kind, name) in [
            (.token, "t1"), (.grant, "g1"), (.key, crafted.key.id), (.subject, "u1"), (.client, "app"),
            (.resource, audience),
        ] as [(RevocationName.Kind, String)] {
            #expect(try await answer(CraftedFeed.entry(kind, name), token) == .revoked, "\(kind)")
            #expect(try await answer(CraftedFeed.entry(kind, name + "x"), token) == .current, "\(kind)")
            let until = CraftedIssuer.now + .seconds(60)
            let foreign = RevocationName(kind, name, of: "https://b.example")
            let entry = try #require(RevocationEntry(foreign, until: until)).told(by: CraftedFeed.naming)
            #expect(try await answer(entry, token) == .current, "\(kind) of another issuer")
            let own = try #require(
                RevocationEntry(RevocationName(kind, name, of: CraftedIssuer.text), until: until))
            let elsewhere = RevocationNaming(at: ResourceIndicator(unchecked: "https://b.example"))
            for unread in [own, own.told(by: elsewhere)] {
                #expect(try await answer(unread, token) == .current, "\(kind) as another resource is told")
            }
        }
        #expect(try await answer(CraftedFeed.entry(.client, "u1"), token) == .current)
    }

    @Test func `a counter ends tokens of lower number only`() async throws {
        let token = try await token()
        let audience = CraftedFeed.resource.rawValue
        for (kind, name, number) in [
            (.subject, "u1", 1), (.client, "app", 2), (.grant, "g1", 3), (.resource, audience, 4),
        ] as [(RevocationName.Kind, String, Int64)] {
            #expect(try await answer(CraftedFeed.entry(kind, name, value: number), token) == .current, "\(kind)")
            #expect(try await answer(CraftedFeed.entry(kind, name, value: number + 1), token) == .revoked, "\(kind)")
        }
    }

    /// The answer for a token is kept as long as nothing has ended; what ends must be seen by a look-up made before.
    @Test mutating func `a look-up that was made before sees what ends later`() async throws {
        let reader = reader()
        let (one, other) = (try await token(), try await token([("jti", .string("t2"))]))
        let (first, second) = (reader.lookup(for: one), reader.lookup(for: other))
        #expect(first(CraftedIssuer.now) == .stale(.refuse))
        try await reader.take(snapshot: feed.snapshot())
        for _ in 0..<3 { #expect(first(CraftedIssuer.now) == .current && second(CraftedIssuer.now) == .current) }
        try await reader.take(message: feed.send([CraftedFeed.entry(.token, "t1")]))
        for _ in 0..<3 { #expect(first(CraftedIssuer.now) == .revoked && second(CraftedIssuer.now) == .current) }
        // Also by a snapshot, and no longer once a whole says otherwise.
        try feed.send([CraftedFeed.entry(.token, "t2")])
        try await reader.take(snapshot: feed.snapshot())
        #expect(first(CraftedIssuer.now) == .revoked && second(CraftedIssuer.now) == .revoked)
        var empty = try CraftedFeed(crafted, key: feed.key, named: 2)
        try await reader.take(snapshot: empty.snapshot())
        try await reader.take(message: empty.send())
        #expect(first(CraftedIssuer.now) == .current && second(CraftedIssuer.now) == .current)
    }

    /// ECDSA has a second signature for each: the same token in other bytes, which ends with it.
    @Test mutating func `another signature over a revoked token helps nobody`() async throws {
        let own = JSONObject([("grant", .string("g1")), ("epochs", .array([0, 0, 0, 0].map { .integer($0) }))])
        let text = try crafted.token([("tessera", .object(own))]).revealedValue
        let malleated = try Self.malleated(text)
        #expect(malleated != text)
        let reader = reader()
        try await reader.take(snapshot: feed.snapshot())
        let forms = [text, malleated, try Self.malleated(malleated)]
        for form in forms {
            let token = try await crafted.validator().validate(Secret(form), at: CraftedIssuer.now)
            #expect(reader.isRevoked(token, at: CraftedIssuer.now) == .current)
        }
        try await reader.take(message: feed.send([CraftedFeed.entry(.token, "t1")]))
        for form in forms {
            let token = try await crafted.validator().validate(Secret(form), at: CraftedIssuer.now)
            #expect(reader.isRevoked(token, at: CraftedIssuer.now) == .revoked)
        }
    }

    /// (r, s) to (r, n − s)
    private static func malleated(_ token: String) throws -> String {
        let order: [UInt8] = [
            0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD,
            0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
        ]
        let parts = token.split(separator: ".").map(String.init)
        var signature = try Base64URL.decode(parts[2])
        var borrow = 0
        for index in (0..<32).reversed() {
            let difference = Int(order[index]) - Int(signature[32 + index]) - borrow
            borrow = difference < 0 ? 1 : 0
            signature[32 + index] = UInt8(truncatingIfNeeded: difference)
        }
        return parts[0] + "." + parts[1] + "." + Base64URL.encode(signature)
    }

    /// The same decision as the one that the format defines, over many tokens and entries.
    @Test mutating func `gives the verdict of the format`() async throws {
        var random = SplitMix(3)
        let kinds = RevocationName.Kind.allCases
        let reader = reader()
        try await reader.take(snapshot: feed.snapshot())
        var values: [RevocationName: Int64] = [:]
        for round in 0..<30 {
            let name = ["t1", "g1", "u1", "app", crafted.key.id, CraftedFeed.resource.rawValue][Int(random.next() % 6)]
            let kind = kinds[Int(random.next() % UInt64(kinds.count))]
            let value = random.next() % 8 == 0 ? RevocationEntry.ended : Int64(1 + random.next() % 6)
            let entry = try CraftedFeed.entry(kind, name, value: value)
            try await reader.take(message: feed.send([entry]))
            values[entry.name] = max(values[entry.name] ?? 0, value)
            let token = try await token(epochs: (0..<4).map { _ in Int64(random.next() % 7) })
            let claims = try #require(AccessTokenClaims(token.claims))
            let names = RevocationNames(claims, keyID: token.keyID, by: CraftedFeed.naming)
            let isValid = RevocationVerdict(of: names) { values[$0] ?? 0 } == .valid
            #expect(reader.isRevoked(token, at: CraftedIssuer.now) == (isValid ? .current : .revoked), "\(round)")
        }
    }

    @Test mutating func `tells a thousand people and applications apart, whatever it remembers of names`() async throws
    {
        let reader = reader()
        try await reader.take(snapshot: feed.snapshot())
        // People and applications of the same names, which are not each other.
        let texts = (0..<600).map { "n\($0)" }
        for (index, text) in texts.enumerated() where index.isMultiple(of: 3) {
            let kind: RevocationName.Kind = index.isMultiple(of: 2) ? .subject : .client
            let entry = try CraftedFeed.entry(kind, text, value: RevocationEntry.ended)
            try await reader.take(message: feed.send([entry]))
        }
        for _ in 0..<2 {
            for (index, text) in texts.enumerated() {
                for (claim, isEnded) in [("sub", index.isMultiple(of: 6)), ("client_id", index % 6 == 3)] {
                    let token = try await token([(claim, .string(text))])
                    let answer = reader.isRevoked(token, at: CraftedIssuer.now)
                    #expect(answer == (isEnded ? .revoked : .current), "\(claim) \(text)")
                }
            }
        }
    }

    @Test mutating func `a token that the feed is not about is refused`() async throws {
        let good = try await token()
        let other = reader(of: Issuer("https://b.example"))
        #expect(other.isRevoked(good, at: CraftedIssuer.now) == .stale(.refuse))
        let reader = reader(RevocationPolicy(mode: .acceptUntilExpiry))
        try await reader.take(snapshot: feed.snapshot())
        #expect(reader.isRevoked(good, at: CraftedIssuer.now) == .current)
        let plain = try await crafted.validator().validate(crafted.token(), at: CraftedIssuer.now)
        #expect(reader.isRevoked(plain, at: CraftedIssuer.now) == .revoked)
    }

    @Test(arguments: StaleMode.allCases)
    mutating func `states its mode when the bound passes`(mode: StaleMode) async throws {
        let reader = reader(RevocationPolicy(mode: mode, bound: .seconds(15)))
        let (good, bad) = (try await token(), try await token([("jti", .string("t2"))]))
        #expect(reader.isRevoked(good, at: clock.date) == .stale(mode))
        #expect(reader.state.age == nil && reader.state.description.hasPrefix("revocations unknown so far: "))
        try await reader.take(snapshot: feed.snapshot())
        try await reader.take(message: feed.send([CraftedFeed.entry(.token, "t2")]))
        #expect(reader.state.description == "revocations current: 0 s old, 1 entries, message 1, not connected")
        clock.advance(.seconds(15))
        #expect(reader.isRevoked(good, at: clock.date) == .current && reader.state.isCurrent)
        clock.advance(.seconds(1))
        #expect(reader.isRevoked(good, at: clock.date) == .stale(mode))
        // What was revoked stays so.
        #expect(reader.isRevoked(bad, at: clock.date) == .revoked)
        let state = reader.state
        #expect(!state.isCurrent && state.mode == mode && state.age == .seconds(16))
        let said = [
            StaleMode.refuse: "every token is refused", .introspect: "the issuer is asked about each token",
            .acceptUntilExpiry: "tokens are accepted until they expire",
        ]
        #expect(
            state.description == "revocations stale: the issuer's last word is 16 s old, the bound is 15 s: "
                + (said[mode] ?? ""))
        let json = String(decoding: state.json, as: UTF8.self)
        #expect(json.hasPrefix(#"{"state":"stale","mode":"\#(mode.rawValue)","bound_seconds":15,"age_seconds":16,"#))
        try await reader.take(message: feed.send(at: clock.date))
        #expect(reader.isRevoked(good, at: clock.date) == .current)
    }

    @Test mutating func `a clock that goes back makes nothing fresh`() async throws {
        let reader = reader(RevocationPolicy(bound: .seconds(15), clockTolerance: .seconds(5)))
        let good = try await token()
        try await reader.take(snapshot: feed.snapshot())
        clock.advance(.seconds(16))
        #expect(reader.isRevoked(good, at: clock.date) == .stale(.refuse))
        for seconds in [16, 100, 100_000] {
            clock.set(CraftedIssuer.now - .seconds(seconds - 16))
            #expect(reader.isRevoked(good, at: clock.date) == .stale(.refuse), "\(seconds)")
        }
        #expect(reader.isRevoked(good, at: NumericDate(secondsSince1970: .min)) == .stale(.refuse))
    }

    /// As on a machine that slept, where the other clock stood still.
    @Test mutating func `a calendar that went far ahead makes it stale until the issuer speaks`() async throws {
        let reader = reader(RevocationPolicy(bound: .seconds(15), clockTolerance: .seconds(5)))
        let good = try await token()
        try await reader.take(snapshot: feed.snapshot())
        clock.set(CraftedIssuer.now + .seconds(20))
        #expect(reader.isRevoked(good, at: clock.date) == .current)
        clock.set(CraftedIssuer.now + .seconds(21))
        #expect(reader.isRevoked(good, at: clock.date) == .stale(.refuse))
        clock.set(CraftedIssuer.now)
        #expect(reader.isRevoked(good, at: clock.date) == .stale(.refuse))
        try await reader.take(message: feed.send())
        #expect(reader.isRevoked(good, at: clock.date) == .current)
        #expect(reader.isRevoked(good, at: NumericDate(secondsSince1970: .max)) == .stale(.refuse))
    }

    /// Somebody holds the messages back and lets them through one by one: each is genuine, next, and old.
    @Test mutating func `messages that were held back are seen as old, whatever the calendar says`() async throws {
        let reader = reader(RevocationPolicy(bound: .seconds(15), clockTolerance: .seconds(30)))
        let good = try await token()
        try await reader.take(snapshot: feed.snapshot())
        let held = try (1...5).map { try feed.send(at: CraftedIssuer.now + .seconds($0)) }
        for (index, text) in held.enumerated() {
            clock.advance(.seconds(20))
            clock.set(CraftedIssuer.now)
            try await reader.take(message: text)
            #expect(reader.isRevoked(good, at: clock.date) == .stale(.refuse), "\(index)")
        }
    }

    @Test mutating func `an old snapshot at the start is no recent word`() async throws {
        let reader = reader(RevocationPolicy(bound: .seconds(15), clockTolerance: .seconds(30)))
        let good = try await token()
        let old = try feed.snapshot()
        clock.advance(.seconds(50))
        try await reader.take(snapshot: old)
        #expect(reader.isRevoked(good, at: clock.date) == .stale(.refuse))
        #expect(reader.state.age == .seconds(20))
    }
}
