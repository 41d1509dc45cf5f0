import Crypto
import CryptoExtras
import FoundationEssentials

/// A public key bound to its one algorithm, so that nobody asks a token which algorithm to use (RFC 8725 §3.1).
public struct VerificationKey: Sendable, Hashable {
    public let id: String?
    public let algorithm: Algorithm
    public let jwk: JSONWebKey
    private let material: Material

    private enum Material: Sendable {
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
        case rsa(_RSA.Signing.PublicKey, bytes: Int, padding: _RSA.Signing.Padding)
    }

    /// An RSA key without `alg` needs `algorithm`; for every other key it must agree with the key's own.
    public init(_ jwk: JSONWebKey, algorithm: Algorithm? = nil) throws(JOSEError) {
        let key = jwk.publicKey
        try KeyPurpose.check(key, operation: "verify")
        self.algorithm = try KeyPurpose.algorithm(of: key, requested: algorithm)
        self.jwk = key
        id = key.keyID
        switch key.numbers {
        case .p256(let x, let y, _): material = .p256(try KeyMaterial.p256(x, y))
        case .p384(let x, let y, _): material = .p384(try KeyMaterial.p384(x, y))
        case .ed25519(let x, _): material = .ed25519(try KeyMaterial.ed25519(public: x))
        case .rsa(let n, let e, _):
            let padding = KeyPurpose.padding(self.algorithm)
            material = .rsa(try KeyMaterial.rsa(n, e), bytes: n.count, padding: padding)
        }
    }

    public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        isValid(signature, for: message[...])
    }

    /// Verifies over a slice of a larger buffer, without copying it.
    public func isValid(_ signature: [UInt8], for message: ArraySlice<UInt8>) -> Bool {
        message.withUnsafeBytes { isValid(signature, for: $0) }
    }

    /// ECDSA signatures are r ‖ s of exactly twice the field's length, never DER (RFC 7518 §3.4).
    private func isValid(_ signature: [UInt8], for message: UnsafeRawBufferPointer) -> Bool {
        switch material {
        case .p256(let key):
            guard signature.count == 64 else { return false }
            guard let value = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(value, for: Self.sha256(message))
        case .p384(let key):
            guard signature.count == 96 else { return false }
            guard let value = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            var hash = SHA384()
            hash.update(bufferPointer: message)
            return key.isValidSignature(value, for: hash.finalize())
        case .ed25519(let key):
            guard signature.count == 64 else { return false }
            return key.isValidSignature(signature, for: message)
        case .rsa(let key, let bytes, let padding):
            guard signature.count == bytes else { return false }
            let value = _RSA.Signing.RSASignature(rawRepresentation: signature)
            return key.isValidSignature(value, for: Self.sha256(message), padding: padding)
        }
    }

    private static func sha256(_ message: UnsafeRawBufferPointer) -> SHA256.Digest {
        var hash = SHA256()
        hash.update(bufferPointer: message)
        return hash.finalize()
    }

    public static func == (left: VerificationKey, right: VerificationKey) -> Bool {
        left.algorithm == right.algorithm && left.jwk == right.jwk
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(algorithm)
        hasher.combine(jwk)
    }
}
