import JOSE
import TestSupport
import Testing

@Suite struct KeyPurposeTests {
    @Test(.requirement("8725-3.1-4", "8725-3.1-5", "7515-4.1.1-1"))
    func `a key serves exactly one algorithm`() throws {
        #expect(try VerificationKey(Samples.jwk(Samples.es256)).algorithm == .ES256)
        #expect(try VerificationKey(Samples.jwk(Samples.ed25519)).algorithm == .EdDSA)
        for other in Algorithm.allCases where other != .ES256 {
            #expect(throws: JOSEError.keyAlgorithmMismatch) {
                try VerificationKey(Samples.jwk(Samples.es256), algorithm: other)
            }
            #expect(throws: JOSEError.keyAlgorithmMismatch) {
                try SigningKey(Samples.jwk(Samples.es256), algorithm: other)
            }
        }
    }

    @Test(.requirement("8725-3.1-1", "8725-3.1-4"))
    func `an RSA key needs an algorithm, its own or the caller's, and both agree`() throws {
        let plain = try Samples.jwk(Samples.rsa)
        let named = try Samples.jwk(Samples.rsa, [("alg", .string("PS256"))])
        #expect(throws: JOSEError.keyAlgorithmRequired) { try VerificationKey(plain) }
        #expect(throws: JOSEError.keyAlgorithmMismatch) { try VerificationKey(plain, algorithm: .ES256) }
        #expect(throws: JOSEError.keyAlgorithmMismatch) { try VerificationKey(named, algorithm: .RS256) }
        #expect(try VerificationKey(plain, algorithm: .RS256).algorithm == .RS256)
        #expect(try VerificationKey(named).algorithm == .PS256)
    }

    @Test(
        .requirement("7517-4.4-1", "7517-4.4-2", "8725-3.2-1"),
        arguments: ["RS512", "RSA-OAEP", "HS256", "none", "rs256", "ES256"])
    func `a key for another algorithm is not turned to ours`(name: String) throws {
        let key = try Samples.jwk(Samples.rsa, [("alg", .string(name))])
        #expect(key.algorithm == nil)
        #expect(throws: JOSEError.unsupportedAlgorithm) { try VerificationKey(key, algorithm: .RS256) }
        #expect(throws: JOSEError.unsupportedAlgorithm) { try SigningKey(key, algorithm: .RS256) }
        #expect(throws: JOSEError.keyAlgorithmMismatch) { try Samples.jwk(Samples.ed25519, [("alg", .string(name))]) }
    }

    @Test(.requirement("7517-4.2-1"), arguments: ["enc", "SIG", "Sig", "", "signature"])
    func `a key for another use neither signs nor verifies`(use: String) throws {
        let key = try Samples.jwk(Samples.es256, [("use", .string(use))])
        #expect(throws: JOSEError.keyNotForSignatures) { try VerificationKey(key) }
        #expect(throws: JOSEError.keyNotForSignatures) { try SigningKey(key) }
    }

    @Test(
        .requirement("7517-4.3-1", "7517-4.3-3", "7517-4.3-5"),
        arguments: [["encrypt"], [], ["VERIFY"], ["verify", "encrypt"], ["wrapKey", "verify"], ["deriveKey"]])
    func `a key whose operations are not those of signatures does not verify`(operations: [String]) throws {
        for use: JSONValue? in [nil, .string("sig")] {
            let value = JSONValue.array(operations.map { .string($0) })
            let key = try Samples.jwk(Samples.es256, [("key_ops", value), ("use", use), ("d", nil)])
            #expect(throws: JOSEError.keyNotForSignatures) { try VerificationKey(key) }
        }
    }

    @Test(.requirement("7517-4.3-1"))
    func `a key that may only verify does not sign, and one that signs is published as verifying`() throws {
        let verifies = try Samples.jwk(Samples.es256, [("key_ops", .array([.string("verify")]))])
        #expect(throws: JOSEError.keyNotForSignatures) { try SigningKey(verifies) }
        let signs = try Samples.jwk(Samples.es256, [("key_ops", .array([.string("sign")]))])
        #expect(try SigningKey(signs).verificationKey.jwk.keyOperations == ["verify"])
    }

    @Test func `a public key does not sign`() throws {
        #expect(throws: JOSEError.privateKeyRequired) { try SigningKey(Samples.jwk(Samples.es256).publicKey) }
        #expect(throws: JOSEError.privateKeyRequired) {
            try SigningKey(Samples.jwk(Samples.rsa).publicKey, algorithm: .RS256)
        }
    }

    @Test(
        .requirement("7517-4.3-4", "7517-4.3-6", "7517-4.5-1", "7515-10.1-2", "8725-3.5-1", "7517-9.4-1"),
        arguments: Algorithm.allCases)
    func `new keys are random, complete and named by their thumbprint`(algorithm: Algorithm) throws {
        let key = try SigningKey.generate(algorithm)
        let other = try SigningKey.generate(algorithm)
        #expect(key.algorithm == algorithm)
        #expect(key.id == key.privateJWK.thumbprint())
        #expect(key.id != other.id)
        let published = key.verificationKey.jwk.json
        #expect(published.string("use") == "sig" && published.string("alg") == algorithm.rawValue)
        #expect(published.string("kid") == key.id && published["key_ops"] == nil && published["d"] == nil)
        let message = Array("message".utf8)
        let restored = try SigningKey(JSONWebKey(parsing: key.privateJWK.json.jsonBytes))
        #expect(try key.verificationKey.isValid(restored.signature(for: message), for: message))
        #expect(try !other.verificationKey.isValid(restored.signature(for: message), for: message))
    }

    @Test func `a key without a name is named by its thumbprint`() throws {
        let key = try SigningKey(Samples.jwk(Samples.es256))
        #expect(key.id == key.privateJWK.thumbprint())
        #expect(try SigningKey(Samples.jwk(Samples.es256, [("kid", .string("mine"))])).id == "mine")
    }

    @Test(arguments: [0, 1024, 2047, 2049, 8192, -1])
    func `makes no RSA key of another size`(bits: Int) {
        #expect(throws: JOSEError.keySizeOutOfRange) { try SigningKey.generate(.RS256, rsaBits: bits) }
    }

    @Test func `makes larger RSA keys when asked`() throws {
        let key = try SigningKey.generate(.PS256, rsaBits: 3072)
        let message = Array("message".utf8)
        let signature = try key.signature(for: message)
        #expect(signature.count == 384)
        #expect(key.verificationKey.isValid(signature, for: message))
    }
}
