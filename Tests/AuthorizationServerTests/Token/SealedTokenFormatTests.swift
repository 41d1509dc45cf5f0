import AuthorizationServer
import Crypto
import JOSE
import OAuth
import Storage
import Testing

@Suite struct `The format of an opaque token` {
    @Test func `opens by the documented construction, written down a second time`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token(resource: Issuance.opaqueAPI).accessToken.revealedValue
        let record = try #require(try await issuance.store.keys().first { $0.purpose == .sealing })
        let sealer = try #require(Issuance.sealer)
        let key = SymmetricKey(data: try sealer.open(record.sealedKey, context: "key.sealedKey.\(record.id)"))

        let bytes = try Base64URL.decode(token.dropFirst(4))
        let tokenID = bytes[9..<25]
        let derived = HKDF<SHA256>.expand(
            pseudoRandomKey: key, info: Array("tessera opaque token 1".utf8) + tokenID, outputByteCount: 32)
        let box = try AES.GCM.SealedBox(
            nonce: AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)),
            ciphertext: bytes[25..<(bytes.count - 20)], tag: bytes[(bytes.count - 20)..<(bytes.count - 4)])
        let plain = try AES.GCM.open(
            box, using: derived, authenticating: Array("tsa_".utf8) + bytes[..<9] + Array("https://id.example".utf8))
        let claims = try JSONObject(parsing: Array(plain))
        #expect(claims.string("jti") == Base64URL.encode(tokenID))
        #expect(claims.string("client_id") == "svc")
    }
}
