import Crypto
import CryptoExtras
import JOSE
import TestSupport
import Testing

@Suite struct SignatureTests {
    private let message = Array("header.payload".utf8)

    @Test(.requirement("7519-8-3", "8725-3.1-3"), arguments: Algorithm.allCases)
    func `what a key signs, its public key and no other verifies`(algorithm: Algorithm) throws {
        let key = try Samples.key(algorithm)
        let other = try SigningKey.generate(algorithm)
        let signature = try key.signature(for: message)
        #expect(key.verificationKey.isValid(signature, for: message))
        #expect(key.verificationKey.isValid(signature, for: ([0] + message).dropFirst()))
        #expect(!key.verificationKey.isValid(signature, for: message + [0]))
        #expect(!key.verificationKey.isValid(signature, for: []))
        #expect(!other.verificationKey.isValid(signature, for: message))
        #expect(try key.verificationKey.isValid(key.signature(for: []), for: []))
    }

    @Test(.requirement("8725-3.3-1", "7515-5.2-1"), arguments: Algorithm.allCases)
    func `every changed bit and every other length is refused`(algorithm: Algorithm) throws {
        let key = try Samples.key(algorithm)
        let signature = try key.signature(for: message)
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 1 << UInt8(index % 8)
            #expect(!key.verificationKey.isValid(changed, for: message))
        }
        for wrong in [[], signature.dropLast(), signature + [0], [0] + signature, signature + signature] {
            #expect(!key.verificationKey.isValid(Array(wrong), for: message))
        }
    }

    @Test(.requirement("8725-3.3-1"), arguments: Algorithm.allCases)
    func `a signature of zeros is refused`(algorithm: Algorithm) throws {
        let key = try Samples.key(algorithm).verificationKey
        for length in [64, 96, 132, 256] {
            #expect(!key.isValid([UInt8](repeating: 0, count: length), for: message))
            #expect(!key.isValid([UInt8](repeating: 0xFF, count: length), for: message))
        }
    }

    /// r and s must lie between 1 and n − 1; 0 and n are what CVE-2022-21449 was about.
    @Test(.requirement("8725-3.3-1"))
    func `ECDSA numbers of zero, of the order and beyond are refused`() throws {
        let zero = [UInt8](repeating: 0, count: 32)
        let one = zero.dropLast() + [1]
        let order = try Base64URL.decode("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE")
        let key = try Samples.key(.ES256)
        let good = try key.signature(for: message)
        let r = Array(good.prefix(32))
        let s = Array(good.suffix(32))
        for bad in [zero, order, [UInt8](repeating: 0xFF, count: 32)] {
            for (left, right) in [(bad, s), (r, bad), (bad, bad), (bad, Array(one)), (Array(one), bad)] {
                #expect(!key.verificationKey.isValid(left + right, for: message))
            }
        }
    }

    @Test(.requirement("8725-3.3-1"))
    func `an ECDSA signature in DER is refused`() throws {
        let key = try Samples.key(.ES256)
        let signature = try key.signature(for: message)
        let der = try P256.Signing.ECDSASignature(rawRepresentation: signature).derRepresentation
        #expect(!key.verificationKey.isValid(Array(der), for: message))
        #expect(!key.verificationKey.isValid(Array(der.prefix(64)), for: message))
    }

    @Test(.requirement("7515-10.6-1"))
    func `an RSA signature over another digest or with another padding is refused`() throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let numbers = try key.publicKey.getKeyPrimitives()
        let jwk = try JSONWebKey(
            JSONObject([
                ("kty", .string("RSA")), ("n", .string(Base64URL.encode(numbers.modulus))),
                ("e", .string(Base64URL.encode(numbers.publicExponent))),
            ]))
        let rs256 = try VerificationKey(jwk, algorithm: .RS256)
        let ps256 = try VerificationKey(jwk, algorithm: .PS256)
        let sha256 = SHA256.hash(data: message)
        let sha384 = SHA384.hash(data: message)
        let pkcs1 = Array(try key.signature(for: sha256, padding: .insecurePKCS1v1_5).rawRepresentation)
        let pss = Array(try key.signature(for: sha256, padding: .PSS).rawRepresentation)
        #expect(rs256.isValid(pkcs1, for: message) && !rs256.isValid(pss, for: message))
        #expect(ps256.isValid(pss, for: message) && !ps256.isValid(pkcs1, for: message))
        for padding in [_RSA.Signing.Padding.insecurePKCS1v1_5, .PSS] {
            let other = Array(try key.signature(for: sha384, padding: padding).rawRepresentation)
            #expect(!rs256.isValid(other, for: message) && !ps256.isValid(other, for: message))
        }
    }
}
