import AuthorizationServer
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

/// What a status list says over the wire (draft-ietf-oauth-status-list §4, §5, appendix C).
@Suite struct `A status list token` {
    @Test(.requirement("draft-status-list-4.1-1", "draft-status-list-4.1-3", "draft-status-list-4.1-4"))
    func `has the bytes of the examples`() throws {
        // §4.1: sixteen statuses in two bytes.
        #expect(Compression.compressed([0xB9, 0xA3]).map(Base64URL.encode) == "eNrbuRgAAhcBXQ")
        // Appendix C.1: eleven of a million are revoked.
        var bits = [UInt8](repeating: 0, count: 1 << 17)
        let revoked = [
            0, 1993, 25_460, 159_495, 495_669, 554_353, 645_645, 723_232, 854_545, 934_534, 1_000_345,
        ]
        for index in revoked { bits[index / 8] |= 1 << (index % 8) }
        let expected = """
            eNrt3AENwCAMAEGogklACtKQPg9LugC9k_ACvreiogEAAKkeCQAAAAAAAAAAAAAAAAAAAIBylgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
            AAAAAAAAAAAAAAAAAAAAAAAAXG9IAAAAAAAAAPwsJAAAAAAAAAAAAAAAvhsSAAAAAAAAAAAA7KpLAAAAAAAAAAAAAAAAAAAAAJsLCQAA\
            AAAAAAAAADjelAAAAAAAAAAAKjDMAQAAAACAZC8L2AEb
            """
        let compressed = try #require(Compression.compressed(bits))
        #expect(try StatusVerifier.inflated(compressed) == bits)
        #expect(try StatusVerifier.inflated(Base64URL.decode(expected)) == bits)
        // Which of many encodings zlib chooses is its own affair; as short as the example's it must be.
        #expect(compressed.count <= expected.utf8.count * 3 / 4)
    }

    @Test(
        .requirement(
            "draft-status-list-5.1-1", "draft-status-list-5.1-2", "draft-status-list-5.1-3",
            "draft-status-list-5.1-4", "draft-status-list-5.1-5", "draft-status-list-5.1-6",
            "draft-status-list-5.1-7", "draft-status-list-4.2-1", "draft-status-list-4.2-2"))
    func `says what the standard asks`() async throws {
        let issuance = try await Issuance(policy: `Status lists`.policy())
        let reference = try StatusVerifier.reference(try await issuance.token().accessToken)
        let verifier = StatusVerifier(provider: issuance.provider)
        // Its signature and type are checked on the way.
        let claims = try await verifier.list(reference, at: Issuance.start)
        #expect(claims.members.map(\.name) == ["iss", "sub", "iat", "exp", "ttl", "status_list"])
        #expect(claims.string("iss") == "https://id.example" && claims.string("sub") == reference.uri)
        #expect(claims.date("iat") == Issuance.start && claims.integer("ttl") == 60)
        #expect(claims.date("exp") == Issuance.start + .seconds(150))
        let list = try #require(claims.object("status_list"))
        #expect(list.members.map(\.name) == ["bits", "lst"] && list.integer("bits") == 1)
        let bits = try StatusVerifier.inflated(try Base64URL.decode(try #require(list.string("lst"))))
        #expect(bits == [UInt8](repeating: 0, count: 1024))
    }

    @Test func `is made again when something was revoked, within a second, and before it grows old`() async throws {
        let issuance = try await Issuance(policy: `Status lists`.policy())
        let reference = try StatusVerifier.reference(try await issuance.token().accessToken)
        let name = String(reference.uri.dropFirst("https://id.example/status-lists/".count))
        func document(_ seconds: Int64) async throws -> Document {
            try #require(try await issuance.provider.statusListDocument(name, at: Issuance.start + .seconds(seconds)))
        }
        let first = try await document(0)
        #expect(first.maxAge == 60)
        let kept = try await document(29)
        #expect(kept.etag == first.etag && kept.body == first.body && kept.maxAge == 31)
        let young = try await document(30)
        #expect(young.etag != first.etag && young.maxAge == 60)
        issuance.provider.revocations.apply([.client(ClientID(unchecked: "svc")): 1], at: Issuance.start)
        #expect(try await document(30) == young)
        let changed = try await document(31)
        #expect(changed.etag != young.etag)
        #expect(try await document(32).etag == changed.etag)
        #expect(try await issuance.provider.statusListDocument("other", at: Issuance.start) == nil)
    }

    @Test func `is signed by another key as soon as its own is no longer trusted`() async throws {
        let issuance = try await Issuance(policy: `Status lists`.policy())
        let token = try await issuance.token().accessToken
        let verifier = StatusVerifier(provider: issuance.provider)
        #expect(try await verifier.status(token, at: Issuance.start) == 0)
        let key = try #require(issuance.provider.keyRing.snapshot.signer(.ES256, at: Issuance.start))
        _ = try await issuance.provider.keys.distrust(key.record.id, by: "test", at: Issuance.start)
        #expect(try await verifier.status(token, at: Issuance.start) == 0)
    }

    @Test(.requirement("draft-status-list-13.2-1"), arguments: [1, 2, 3, 8, 100, 4096, 5000] as [Int64])
    func `gives every index once, in an order that only its key tells`(size: Int64) {
        func order(_ key: UInt8) -> [Int64] {
            let list = StatusList(
                id: "l", key: [UInt8](repeating: key, count: 32), size: size, createdAt: Issuance.start)
            let order = StatusListOrder(list)
            return (0..<size).map { order.index(at: $0) }
        }
        let one = order(1)
        #expect(one.sorted() == Array(0..<size))
        #expect(order(1) == one)
        guard size >= 100 else { return }
        #expect(order(2) != one && order(2).sorted() == one.sorted())
        // Of neighbours in time hardly any are neighbours in the list.
        let neighbours = zip(one, one.dropFirst()).count { abs($0 - $1) == 1 }
        #expect(neighbours < Int(size) / 10)
    }
}
