import AuthorizationServer
import JOSE
import OAuth
import Storage
import Testing

@Suite struct `The keys of the revocation feed` {
    private let start = Issuance.start

    private func published(_ document: Document) throws -> Set<String> {
        let set = try JWKSet(JSONObject(parsing: document.body))
        return Set(set.keys.compactMap { $0.json.string("kid") })
    }

    private func feedKeys(_ issuance: Issuance) async throws -> [KeyRecord] {
        try await issuance.provider.keys.records().filter { $0.purpose == .feed }
    }

    @Test func `are in a set of their own, and no key of tokens is among them`() async throws {
        let issuance = try await Issuance()
        let own = try published(issuance.provider.feedKeySetDocument())
        let tokens = try published(issuance.provider.keySetDocument(at: start))
        #expect(own == Set(try await feedKeys(issuance).map(\.id.rawValue)))
        #expect(own.count == 1 && tokens.count == 1 && own.isDisjoint(with: tokens))
    }

    @Test func `sign no access token that anybody accepts`() async throws {
        let issuance = try await Issuance()
        let record = try #require(try await feedKeys(issuance).first)
        let secret = try #require(Issuance.sealer).open(record.sealedKey, context: "key.sealedKey.\(record.id)")
        let key = try SigningKey(JSONWebKey(parsing: secret), algorithm: .ES256)
        let token = try await issuance.token().accessToken
        let claims = try issuance.provider.reader.genuine(token)
        for type in ["at+jwt", RevocationMessage.type] {
            let forged = Secret(try JWTSigner(key, type: type).sign(claims.json))
            let error = #expect(throws: TokenFaultError.self) {
                try issuance.provider.reader.read(forged, at: start)
            }
            #expect(error?.fault == .keyUnknown)
        }
    }

    @Test func `are announced before they sign, rotated, retired and distrusted like others`() async throws {
        let issuance = try await Issuance()
        let provider = issuance.provider
        let first = try #require(provider.keyRing.snapshot.feedSigner(at: start))
        let due = start + .seconds(30 * 86_400 - 86_400)
        _ = await provider.upkeep(at: due)
        #expect(try await feedKeys(issuance).count == 2)
        #expect(try published(provider.feedKeySetDocument()).count == 2)
        #expect(provider.keyRing.snapshot.feedSigner(at: due)?.record.id == first.record.id)
        let taken = due + .seconds(86_400)
        let second = try #require(provider.keyRing.snapshot.feedSigner(at: taken))
        #expect(second.record.id != first.record.id)
        _ = try await provider.keys.distrust(second.record.id, by: "test", at: taken)
        #expect(try !published(provider.feedKeySetDocument()).contains(second.record.id.rawValue))
        let third = try #require(provider.keyRing.snapshot.feedSigner(at: taken))
        #expect(![first.record.id, second.record.id].contains(third.record.id))
        // A snapshot that the lost key signed serves nobody any more.
        let snapshot = try await provider.revocations.feed.snapshot(for: Issuance.jwtAPI, at: taken)
        let text = String(decoding: snapshot.prefix.dropFirst(4), as: UTF8.self)
        #expect(try UnverifiedJWT(text).header.keyID == third.record.id.rawValue)
    }

    @Test func `tell of keys of tokens that are distrusted`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token().accessToken
        let claims = try issuance.provider.reader.genuine(token)
        let listener = try await FeedListener(issuance.provider, "orders")
        let key = try #require(try UnverifiedJWT(token.revealedValue).header.keyID)
        let administration = Administration(provider: issuance.provider)
        _ = try await administration.distrustKey(KeyID(unchecked: key), by: .root, at: start)
        issuance.provider.revocations.feed.deliver(at: start)
        try listener.listen()
        #expect(listener.verdict(on: claims, keyID: key) == .revoked(.key))
        let again = try await Issuance(store: issuance.store, registers: false)
        #expect(try await FeedListener(again.provider, "orders").verdict(on: claims, keyID: key) == .revoked(.key))
    }
}
