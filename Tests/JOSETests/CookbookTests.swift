import JOSE
import TestSupport
import Testing

/// The examples of RFC 7520, and RFC 8037's among them, as files of the IETF's JOSE cookbook.
@Suite struct CookbookTests {
    private func document(_ name: String) throws -> JSONObject {
        try JSONObject(parsing: VectorFolder.bytes(of: "cookbook/" + name), limits: .document(maximumBytes: 1 << 16))
    }

    private func example(_ name: String) throws -> (key: JSONWebKey, input: JSONObject, compact: String) {
        let document = try document(name)
        let input = try #require(document.object("input"))
        let key = try JSONWebKey(try #require(input.object("key")))
        return (key, input, try #require(document.object("output")?.string("compact")))
    }

    @Test(.vectors("cookbook"))
    func `RFC 7520 4.1 with RS256 is verified and reproduced`() throws {
        let (jwk, input, compact) = try example("jws/4_1.rsa_v15_signature.json")
        let key = try SigningKey(jwk, algorithm: .RS256)
        let jws = try CompactJWS(compact)
        #expect(try jws.verify(by: key.verificationKey) == Array(try #require(input.string("payload")).utf8))
        #expect(try key.signature(for: Array(jws.signingInput)) == jws.signature)
        #expect(jws.header.keyID == jwk.keyID)
    }

    @Test(.vectors("cookbook"))
    func `RFC 7520 4.2 with PS384 is refused, because that algorithm is not here`() throws {
        let (jwk, _, compact) = try example("jws/4_2.rsa-pss_signature.json")
        let jws = try CompactJWS(compact)
        for algorithm in [Algorithm.PS256, .RS256] {
            let key = try VerificationKey(jwk, algorithm: algorithm)
            #expect(throws: JOSEError.algorithmMismatch) { try jws.verify(by: key) }
            #expect(!key.isValid(jws.signature, for: jws.signingInput))
        }
    }

    @Test(.vectors("cookbook"))
    func `RFC 7520 4.3 with ES512 and 4.4 with HS256 are refused with their keys`() throws {
        #expect(throws: JOSEError.unsupportedCurve) { try example("jws/4_3.ecdsa_signature.json") }
        #expect(throws: JOSEError.unsupportedKeyType) { try example("jws/4_4.hmac-sha2_integrity_protection.json") }
    }

    @Test(.vectors("cookbook"))
    func `RFC 7520 4.6 to 4.8 in JSON serialization are refused`() throws {
        for name in ["4_6.protecting_specific_header_fields", "4_7.protecting_content_only", "4_8.multiple_signatures"]
        {
            let output = try #require(try document("jws/\(name).json").object("output"))
            for form in ["json", "json_flat"] {
                guard let json = output.object(form) else { continue }
                #expect(throws: JOSEError.self) { try CompactJWS(json.jsonText) }
            }
        }
    }

    @Test(.vectors("cookbook"))
    func `RFC 8037 A.4 with Ed25519 is verified and reproduced`() throws {
        let (jwk, input, compact) = try example("curve25519/jws.json")
        let key = try SigningKey(jwk)
        let jws = try CompactJWS(compact)
        #expect(try jws.verify(by: key.verificationKey) == Array(try #require(input.string("payload")).utf8))
        #expect(try key.signature(for: Array(jws.signingInput)) == jws.signature)
    }

    @Test(.vectors("cookbook"))
    func `RFC 7520 3.3 and 3.4, an RSA key public and private, are one key`() throws {
        let publicKey = try JSONWebKey(try document("jwk/3_3.rsa_public_key.json"))
        let privateKey = try JSONWebKey(try document("jwk/3_4.rsa_private_key.json"))
        #expect(privateKey.isPrivate && !publicKey.isPrivate)
        #expect(privateKey.publicKey == publicKey)
        #expect(privateKey.thumbprint() == publicKey.thumbprint())
    }

    @Test(
        .vectors("cookbook"),
        arguments: ["3_1.ec_public_key", "3_2.ec_private_key", "3_5.symmetric_key_mac_computation"])
    func `RFC 7520 keys on P-521 and secrets are left out`(name: String) throws {
        let document = try document("jwk/\(name).json")
        #expect(throws: JOSEError.self) { try JSONWebKey(document) }
        let set = try JWKSet(JSONObject([("keys", .array([.object(document)]))]))
        #expect(set.keys.isEmpty)
    }

    @Test(.vectors("cookbook"))
    func `RFC 7797 with an unencoded payload is refused`() throws {
        let output = try #require(try document("rfc7797/hmac-sha2_b64_false.json").object("output"))
        let compact = try #require(output.string("compact") ?? output.string("compact_detached"))
        #expect(throws: JOSEError.self) { try CompactJWS(compact) }
    }
}
