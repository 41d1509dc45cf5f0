import AuthorizationServer
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

/// Who is told of the end of a person, a client or a grant: whoever may be shown such a token, and nobody else.
@Suite(.timeLimit(.minutes(5))) struct `The places of tokens` {
    private let start = Issuance.start
    private static let resources = [Issuance.jwtAPI, Issuance.opaqueAPI]

    private func places(bytes: Int = 65_536, completeIn seconds: Int64 = 0) -> TokenPlaces {
        TokenPlaces(bytes: bytes, lifetime: .seconds(600), completeAt: start + .seconds(seconds), at: start)
    }

    private func name(_ number: Int) -> RevocationName {
        RevocationName(.subject, "u\(number)", of: "https://id.example")
    }

    @Test func `are all found while they matter, and hardly any other`() {
        let places = places()
        // Ten bits for each, in the half that is used now.
        let count = 65_536 / 2 * 8 / 10
        for number in 0..<count { places.note([name(number)], at: [Issuance.jwtAPI], now: start) }
        #expect((0..<count).allSatisfy { places.contains(name($0), at: Issuance.jwtAPI) })
        let wrong = (0..<count).count { places.contains(name($0), at: Issuance.opaqueAPI) }
        #expect(wrong < count / 50, "\(wrong) of \(count)")
        #expect((0.4...0.6).contains(places.share))
    }

    @Test func `are known for a lifetime after they were noted, and forgotten after two`() {
        let places = places()
        places.note([name(1)], at: Self.resources, now: start + .seconds(599))
        places.prune(at: start + .seconds(600))
        places.note([name(2)], at: [Issuance.jwtAPI], now: start + .seconds(600))
        places.prune(at: start + .seconds(1199))
        #expect(places.contains(name(1), at: Issuance.jwtAPI) && places.contains(name(1), at: Issuance.opaqueAPI))
        // A clock that went ahead for a moment takes nothing away before its time.
        places.prune(at: start + .seconds(1_000_000))
        places.prune(at: start + .seconds(1200))
        #expect(places.contains(name(2), at: Issuance.jwtAPI))
        places.prune(at: start + .seconds(2_000_000))
        places.prune(at: start + .seconds(3_000_000))
        #expect(!places.contains(name(1), at: Issuance.jwtAPI) && !places.contains(name(2), at: Issuance.jwtAPI))
        #expect(places.share == 0)
    }

    @Test func `are too little to go by until the last token of before has expired`() async throws {
        let before = try await Issuance()
        let token = try before.provider.reader.genuine(try await before.token().accessToken)
        #expect(before.provider.revocations.feed.places.isComplete, "an issuer that never made a token")
        let issuance = try await Issuance(store: before.store, registers: false)
        let (revocations, feed) = (issuance.provider.revocations, issuance.provider.revocations.feed)
        let orders = try await FeedListener(issuance.provider, "orders")
        let payments = try await FeedListener(issuance.provider, "payments")
        func heard(at now: NumericDate) throws -> [Int] {
            feed.deliver(at: now)
            return [try orders.listen().count, try payments.listen().count]
        }
        revocations.apply([.client(token.clientID): 1], at: start)
        #expect(try heard(at: start) == [1, 1])
        #expect(orders.verdict(on: token) == .revoked(.client))
        let whole = start + .seconds(ServerPolicy.longestAccessTokenLifetime + ServerPolicy.revocationAllowance)
        await feed.prune(at: whole - .seconds(1))
        revocations.apply([.client(token.clientID): 2], at: whole - .seconds(1))
        #expect(try heard(at: start) == [1, 1])
        await feed.prune(at: whole)
        revocations.apply([.client(token.clientID): 3], at: whole)
        #expect(try heard(at: start) == [0, 0])
    }

    @Test func `follow real tokens of either form, and no resource hears of the other's`() async throws {
        let issuance = try await Issuance()
        let orders = try await FeedListener(issuance.provider, "orders")
        let payments = try await FeedListener(issuance.provider, "payments")
        let (client, grants) = (ClientID(unchecked: "svc"), ["orders", "payments"].map { "g-\($0).example" })
        func heard() throws -> [Int] {
            issuance.provider.revocations.feed.deliver(at: start)
            return [try orders.listen().count, try payments.listen().count]
        }
        _ = try await issuance.token(resource: Issuance.jwtAPI)
        issuance.provider.revocations.apply([.client(client): 1, .grant(GrantID(unchecked: grants[0])): 1], at: start)
        #expect(try heard() == [2, 0])
        issuance.provider.revocations.apply([.grant(GrantID(unchecked: grants[1])): 1], at: start)
        #expect(try heard() == [0, 0])
        _ = try await issuance.token(resource: Issuance.opaqueAPI)
        issuance.provider.revocations.apply([.client(client): 2, .grant(GrantID(unchecked: grants[1])): 2], at: start)
        #expect(try heard() == [1, 2])
        #expect(Set(orders.values.keys).isDisjoint(with: payments.values.keys))
    }

    @Test func `are told of API keys, whose answers resources remember`() async throws {
        let holders = try await KeyHolders()
        let revocations = holders.provider.revocations
        let orders = try await FeedListener(holders.provider, "orders")
        let payments = try await FeedListener(holders.provider, "payments")
        func heard() throws -> [Int] {
            revocations.feed.deliver(at: start)
            return [try orders.listen().count, try payments.listen().count]
        }
        let (unused, used) = (try await holders.key(), try await holders.key())
        let program = try await holders.key(forClient: true)
        for key in [used, program] { #expect(try await holders.isActive(key.secret)) }
        try await holders.administration.endKey(unused.stored.id, by: .root, at: start)
        #expect(try heard() == [0, 0])
        try await holders.administration.endKey(used.stored.id, by: .root, at: start)
        #expect(try heard() == [1, 0])
        // What a program's key rests on.
        revocations.apply([.grant(GrantID(unchecked: "g-svc")): 1, .client(ClientID(unchecked: "svc")): 1], at: start)
        #expect(try heard() == [2, 0])
    }

    /// The promise: whatever happens in between, what the server refuses a resource refuses as well.
    @Test(arguments: KindOfStore.allCases)
    func `let no resource miss the end of a token that was made at the same moment`(kind: KindOfStore) async throws {
        try await kind.run { store in
            let issuance = try await Issuance(store: store)
            let list = issuance.provider.revocations
            let orders = try await FeedListener(issuance.provider, "orders")
            let event = AuditEvent(at: start, action: "t", actor: "t")
            var outcomes: [Bool: Int] = [:]
            // New names each time: only the first token of a name can come before its place.
            for round in 0..<400 {
                let (subject, client) = (Subject(unchecked: "u\(round)"), ClientID(unchecked: "c\(round)"))
                let grant = GrantID(unchecked: "g\(round)")
                let keys: [EpochKey] = [.subject(subject), .client(client), .grant(grant)]
                async let made = Task {
                    for _ in 0..<(round % 7) { await Task.yield() }
                    return AccessTokenClaims(
                        issuer: "https://id.example", subject: subject, clientID: client,
                        audience: [Issuance.jwtAPI], tokenID: TokenID(unchecked: "t\(round)"), scope: .empty,
                        issuedAt: Issuance.start, expiresAt: Issuance.start + .seconds(300), grant: grant,
                        epochs: list.epochs(
                            subject: subject, client: client, grant: grant, audience: [Issuance.jwtAPI],
                            at: Issuance.start))
                }.value
                async let ended: Void = Task {
                    if round % 4 == 3 {
                        for _ in 0..<(round % 5) { await Task.yield() }
                        list.apply(Ended(grants: [grant]), at: Issuance.start)
                    } else {
                        let counters = try await store.advance([keys[round % 4]], recording: event)
                        list.apply(counters, at: Issuance.start)
                    }
                }.value
                let claims = await made
                try await ended
                list.feed.deliver(at: start)
                try orders.listen()
                let isValid = list.fault(in: claims) == nil
                #expect((orders.verdict(on: claims) == .valid) == isValid, "round \(round)")
                outcomes[isValid, default: 0] += 1
            }
            #expect((outcomes[false] ?? 0) > 100, "every grant that ended for good")
        }
    }
}
