import AuthorizationServer
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

@Suite struct `The life of a key` {
    private func published(_ issuance: Issuance) throws -> [String] {
        try JWKSet(parsing: issuance.provider.keySetDocument(at: Issuance.start).body).keys.compactMap(\.keyID)
    }

    private func keyID(_ token: Secret) throws -> String? { try UnverifiedJWT(token.revealedValue).header.keyID }

    @Test(.requirement("7517-4.5-1", "7517-4.3-6", "9068-4-2")) func `begins at the first start`() async throws {
        let issuance = try await Issuance()
        let keys = try JWKSet(parsing: issuance.provider.keySetDocument(at: Issuance.start).body).keys
        #expect(keys.count == 1)
        #expect(
            keys.allSatisfy { !$0.isPrivate && $0.use == "sig" && $0.algorithm == .ES256 && $0.keyOperations == nil })
        let again = try await Issuance(store: issuance.store, registers: false)
        #expect(try published(again) == published(issuance))
    }

    @Test func `a successor is published before it signs, and the predecessor after`() async throws {
        let issuance = try await Issuance()
        let first = try #require(try keyID(try await issuance.token().accessToken))
        let announced = try await issuance.provider.keys.rotate([.signing(.ES256)], by: "uid:0", at: Issuance.start)
        let second = try #require(announced.first?.id.rawValue)
        #expect(try Set(published(issuance)) == [first, second])
        let before = Issuance.start + .seconds(86_399)
        let after = Issuance.start + .seconds(86_400)
        #expect(try keyID(try await issuance.token(at: before).accessToken) == first)
        #expect(try keyID(try await issuance.token(at: after).accessToken) == second)
        let old = try await issuance.token(at: before).accessToken
        #expect(try await issuance.isActive(old, at: after + .seconds(200)))
    }

    @Test(.requirement("oidc-core-10.1.1-1"))
    func `turns by itself when its time has come, and is removed when nothing it made can be alive`() async throws {
        let issuance = try await Issuance()
        let first = try published(issuance)
        let due = Issuance.start + .seconds(29 * 86_400)
        #expect(await issuance.provider.upkeep(at: due - .seconds(10)).isEmpty)
        #expect(try published(issuance) == first)
        #expect(await issuance.provider.upkeep(at: due).isEmpty)
        #expect(try published(issuance).count == 2)
        #expect(await issuance.provider.upkeep(at: due + .seconds(10)).isEmpty)
        #expect(try published(issuance).count == 2)
        let gone = due + .seconds(86_400 + 86_400 + 300)
        #expect(await issuance.provider.upkeep(at: gone - .seconds(6)).isEmpty)
        #expect(try published(issuance).contains(first[0]))
        #expect(await issuance.provider.upkeep(at: gone).isEmpty)
        #expect(try !published(issuance).contains(first[0]))
        #expect(try published(issuance).count == 1)
    }

    @Test(arguments: [(Issuance.jwtAPI, "orders"), (Issuance.opaqueAPI, "payments")])
    func `ends at once when it is distrusted, and a new one takes over`(
        api: ResourceIndicator, resource: String
    ) async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token(resource: api).accessToken
        let purpose: KeyRecord.Purpose = api == Issuance.jwtAPI ? .signing(.ES256) : .sealing
        let key = try #require(issuance.provider.keyRing.snapshot.allRecords.first { $0.purpose == purpose })
        _ = try await issuance.provider.keys.distrust(key.id, by: "uid:0", at: Issuance.start)
        #expect(try await !issuance.isActive(token, by: resource))
        #expect(try !published(issuance).contains(key.id.rawValue))
        let fresh = try await issuance.token(resource: api).accessToken
        #expect(try await issuance.isActive(fresh, by: resource))
        #expect(try await issuance.events("key.distrusted").count == 1)
        let again = try await Issuance(store: issuance.store, registers: false)
        #expect(try await !again.isActive(token, by: resource))
    }

    @Test func `retired, it still verifies what it made`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token().accessToken
        let key = try #require(try keyID(token))
        _ = try await issuance.provider.keys.retire(KeyID(unchecked: key), by: "uid:0", at: Issuance.start)
        let after = Issuance.start + .seconds(86_400)
        #expect(try await issuance.isActive(token))
        #expect(try keyID(try await issuance.token(at: after).accessToken) != key)
        #expect(try published(issuance).contains(key))
    }

    @Test func `two rotations at the same moment do not fork it`() async throws {
        let issuance = try await Issuance()
        try await withThrowingTaskGroup { group in
            for _ in 0..<20 {
                group.addTask {
                    _ = try await issuance.provider.keys.rotate([.signing(.ES256)], by: "uid:0", at: Issuance.start)
                }
            }
            try await group.waitForAll()
        }
        let records = try await issuance.store.keys().filter { $0.purpose == .signing(.ES256) }
        #expect(records.count == 21)
        #expect(records.filter { $0.retiredAt == nil }.count == 1)
    }

    @Test(.requirement("7517-7-1", "7517-9.2-1")) func `its secret half is stored sealed`() async throws {
        let issuance = try await Issuance()
        for record in try await issuance.store.keys() {
            let text = String(decoding: record.sealedKey, as: UTF8.self)
            #expect(!text.contains("\"d\"") && !text.contains("kty"))
            #expect(throws: SecretSealer.SealError.damaged) {
                try #require(Issuance.sealer).open(record.sealedKey, context: "key.sealedKey.other")
            }
        }
    }

    @Test(arguments: [Purpose.signing, .sealing], [Ending.retire, .distrust])
    func `goes on when its announced successor ends before it began`(purpose: Purpose, ending: Ending) async throws {
        let issuance = try await Issuance()
        let keys = issuance.provider.keys
        let successor = try #require(
            try await keys.rotate([purpose.value], by: "uid:0", at: Issuance.start).first)
        let soon = Issuance.start + .seconds(60)
        switch ending {
        case .retire: _ = try await keys.retire(successor.id, by: "uid:0", at: soon)
        case .distrust: _ = try await keys.distrust(successor.id, by: "uid:0", at: soon)
        }
        // Every moment until long after the hand-over has a key that can make tokens.
        for day in stride(from: 0, through: 40, by: 1) {
            let now = soon + .seconds(day * 86_400 + 7)
            _ = await issuance.provider.upkeep(at: now)
            let made = try await issuance.token(resource: purpose.api, at: now).accessToken
            #expect(try await issuance.isActive(made, by: purpose.resource, at: now + .seconds(1)))
        }
    }

    @Test func `retired without a successor, it signs until the new one was published long enough`() async throws {
        let issuance = try await Issuance()
        let key = try #require(try keyID(try await issuance.token().accessToken))
        _ = try await issuance.provider.keys.retire(KeyID(unchecked: key), by: "uid:0", at: Issuance.start)
        let before = Issuance.start + .seconds(86_399)
        let after = Issuance.start + .seconds(86_400)
        #expect(try keyID(try await issuance.token(at: before).accessToken) == key)
        #expect(try keyID(try await issuance.token(at: after).accessToken) != key)
    }

    @Test func `an announced successor takes over at once from a distrusted key`() async throws {
        let issuance = try await Issuance()
        let key = try #require(try keyID(try await issuance.token().accessToken))
        let successor = try #require(
            try await issuance.provider.keys.rotate([.signing(.ES256)], by: "uid:0", at: Issuance.start).first)
        let now = Issuance.start + .seconds(5)
        _ = try await issuance.provider.keys.distrust(KeyID(unchecked: key), by: "uid:0", at: now)
        #expect(try keyID(try await issuance.token(at: now).accessToken) == successor.id.rawValue)
        #expect(try await issuance.events("key.rescheduled").count == 1)
    }

    @Test func `distrusted by two at once, it is distrusted once`() async throws {
        let issuance = try await Issuance()
        let key = try #require(try keyID(try await issuance.token().accessToken))
        try await withThrowingTaskGroup { group in
            for _ in 0..<10 {
                group.addTask {
                    _ = try await issuance.provider.keys.distrust(
                        KeyID(unchecked: key), by: "uid:0", at: Issuance.start)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await issuance.events("key.distrusted").count == 1)
    }

    enum Purpose: Sendable, CaseIterable {
        case signing, sealing

        var value: KeyRecord.Purpose { self == .signing ? .signing(.ES256) : .sealing }
        var api: ResourceIndicator { self == .signing ? Issuance.jwtAPI : Issuance.opaqueAPI }
        var resource: String { self == .signing ? "orders" : "payments" }
    }

    enum Ending: Sendable, CaseIterable { case retire, distrust }
}
