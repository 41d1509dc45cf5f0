import AuthorizationServer
import JOSE
import OAuth
import Storage
import Testing

/// The server's own list and a reader of the feed judge the same tokens the same way, whatever happened before.
@Suite(.timeLimit(.minutes(5))) struct `The list and the feed` {
    /// Numbers that look random and are the same at every run.
    private struct Numbers {
        var state: UInt64
        mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: (state >> 33) % UInt64(max(1, limit)))
        }
    }

    private static let resources = [Issuance.jwtAPI, Issuance.opaqueAPI]

    private func token(_ numbers: inout Numbers, _ list: RevocationList, _ id: Int) -> AccessTokenClaims {
        let subject = Subject(unchecked: "u\(numbers.below(4))")
        let client = ClientID(unchecked: "c\(numbers.below(3))")
        let grant = GrantID(unchecked: "g\(numbers.below(6))")
        let resource = Self.resources[numbers.below(2)]
        return AccessTokenClaims(
            issuer: "https://id.example", subject: subject, clientID: client, audience: [resource],
            tokenID: TokenID(unchecked: "t\(id)"), scope: .empty, issuedAt: Issuance.start,
            expiresAt: Issuance.start + .seconds(300), grant: grant,
            epochs: list.epochs(
                subject: subject, client: client, grant: grant, audience: [resource], at: Issuance.start))
    }

    /// Ends something, of tokens that are there or not.
    private func end(_ numbers: inout Numbers, _ list: RevocationList, _ tokens: [AccessTokenClaims]) {
        let now = Issuance.start
        let counter = Int64(numbers.below(6))
        switch numbers.below(6) {
        case 0:
            guard !tokens.isEmpty else { return }
            let token = tokens[numbers.below(tokens.count)]
            let audience = numbers.below(3) == 0 ? nil : token.audience
            list.revoke(token.tokenID, EndedToken(until: now + .seconds(600), audience: audience))
        case 1: list.apply(Ended(grants: [GrantID(unchecked: "g\(numbers.below(12))")]), at: now)
        case 2: list.apply([.subject(Subject(unchecked: "u\(numbers.below(4))")): counter], at: now)
        case 3: list.apply([.client(ClientID(unchecked: "c\(numbers.below(3))")): counter], at: now)
        case 4: list.apply([.grant(GrantID(unchecked: "g\(numbers.below(6))")): counter], at: now)
        default: list.apply([.resource(Self.resources[numbers.below(2)]): counter], at: now)
        }
    }

    @Test func `give the same verdict over thousands of random histories`() async throws {
        var numbers = Numbers(state: 42)
        var verdicts: [Bool: Int] = [:]
        let issuance = try await Issuance()
        let keys = issuance.provider.keyRing.snapshot
        for history in 0..<2000 {
            let feed = RevocationFeed(
                issuer: issuance.provider.issuer, policy: FeedPolicy(), keys: issuance.provider.keyRing,
                secrets: .system,
                places: TokenPlaces(
                    bytes: 65_536, lifetime: .seconds(3600), completeAt: Issuance.start, at: Issuance.start))
            let list = RevocationList(
                feed: feed, budget: issuance.provider.revocations.budget, at: Issuance.start)
            var tokens: [AccessTokenClaims] = []
            // Each resource's reader begins at another moment: before, in the midst, at the end.
            var tables: [ResourceIndicator: [RevocationName: Int64]] = [:]
            for step in 0..<12 {
                if numbers.below(2) == 0 {
                    tokens.append(token(&numbers, list, step))
                } else {
                    end(&numbers, list, tokens)
                }
                if history % 12 == step { tables[Issuance.jwtAPI] = try await table(feed, Issuance.jwtAPI, keys) }
            }
            for resource in Self.resources { tables[resource] = try await table(feed, resource, keys) }
            for token in tokens {
                let table = tables[token.audience[0]] ?? [:]
                let naming = RevocationNaming(at: token.audience[0])
                let verdict = RevocationVerdict(of: RevocationNames(token, keyID: "k", by: naming)) { table[$0] ?? 0 }
                #expect((verdict == .valid) == (list.fault(in: token) == nil), "history \(history)")
                verdicts[verdict == .valid, default: 0] += 1
            }
        }
        #expect((verdicts[true] ?? 0) > 1000 && (verdicts[false] ?? 0) > 1000)
    }

    /// What a reader that begins now knows.
    private func table(
        _ feed: RevocationFeed, _ resource: ResourceIndicator, _ keys: KeyRing.Snapshot
    ) async throws -> [RevocationName: Int64] {
        let snapshot = try await feed.snapshot(for: resource, at: Issuance.start)
        var table: [RevocationName: Int64] = [:]
        for entry in try RevocationEntryReader.entries(snapshot.bytes.dropFirst(snapshot.prefix.count)) {
            table[entry.name] = max(table[entry.name] ?? 0, entry.value)
        }
        let reader = try #require(feed.reader(for: resource, at: Issuance.start))
        feed.deliver(at: Issuance.start)
        var place = snapshot.head.position
        while case .messages(let messages) = reader.messages(after: place.sequence, of: place.feed), !messages.isEmpty {
            for sent in messages {
                let jwt = try UnverifiedJWT(sent.text)
                let key = try #require(keys.feedSigner(at: Issuance.start)?.verificationKey)
                let verified = try jwt.verified(by: key, type: .exactly(RevocationMessage.type))
                let message = try RevocationMessage(verified.claims)
                #expect(place.isFollowed(by: message))
                place = place.after(message, text: sent.text)
                for entry in message.entries { table[entry.name] = max(table[entry.name] ?? 0, entry.value) }
            }
        }
        return table
    }

    @Test(arguments: KindOfStore.allCases)
    func `tell every reader all that was acknowledged, however many revoke at once`(kind: KindOfStore) async throws {
        try await kind.run { store in try await tellEveryReader(try await Issuance(store: store)) }
    }

    private func tellEveryReader(_ issuance: Issuance) async throws {
        let feed = issuance.provider.revocations.feed
        let early = try await FeedListener(issuance.provider, "orders")
        var made: [Secret] = []
        for _ in 0..<200 { made.append(try await issuance.token().accessToken) }
        let tokens = made
        let acknowledged = try await withThrowingTaskGroup(of: AccessTokenClaims.self) { group in
            for token in tokens {
                group.addTask {
                    try await issuance.revoke(token)
                    return try issuance.provider.reader.genuine(token)
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    feed.deliver(at: Issuance.start)
                    try? await Task.sleep(for: .milliseconds(1))
                }
                return try issuance.provider.reader.genuine(tokens[0])
            }
            var claims: [AccessTokenClaims] = []
            for try await one in group {
                // A snapshot that is asked for after the acknowledgement knows it, alone or with the chain.
                if claims.count % 20 == 0 {
                    let late = try await FeedListener(issuance.provider, "orders")
                    while late.verdict(on: one) == .valid, !Task.isCancelled {
                        try late.listen()
                        try await Task.sleep(for: .milliseconds(1))
                    }
                    #expect(late.verdict(on: one) == .revoked(.token))
                }
                claims.append(one)
                if claims.count == tokens.count { group.cancelAll() }
                if claims.count > tokens.count { break }
            }
            return claims
        }
        feed.deliver(at: Issuance.start)
        try early.listen()
        let last = try await FeedListener(issuance.provider, "orders")
        try last.listen()
        // And what the store remembers is what a server that starts anew tells.
        let anew = try await Issuance(store: issuance.store, registers: false)
        let restarted = try await FeedListener(anew.provider, "orders")
        for claims in acknowledged {
            #expect(restarted.verdict(on: claims) == .revoked(.token))
            #expect(early.verdict(on: claims) == .revoked(.token))
            #expect(last.verdict(on: claims) == .revoked(.token))
        }
    }
}
