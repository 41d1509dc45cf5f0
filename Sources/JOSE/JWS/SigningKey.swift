import Crypto
import CryptoExtras
import FoundationEssentials

/// A private key bound to its one algorithm and its name; it never shows itself in logs or error messages.
public struct SigningKey: Sendable {
    public let id: String
    public let algorithm: Algorithm
    public let verificationKey: VerificationKey
    public let privateJWK: JSONWebKey
    private let material: Material

    private enum Material: Sendable {
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
        case rsa(_RSA.Signing.PrivateKey, padding: _RSA.Signing.Padding)
    }

    /// Takes a private JWK; its name is its `kid`, or else its thumbprint.
    public init(_ jwk: JSONWebKey, algorithm: Algorithm? = nil) throws(JOSEError) {
        try KeyPurpose.check(jwk, operation: "sign")
        let own = try KeyPurpose.algorithm(of: jwk, requested: algorithm)
        switch jwk.numbers {
        case .p256(_, _, let d?): material = .p256(try KeyMaterial.p256(d))
        case .p384(_, _, let d?): material = .p384(try KeyMaterial.p384(d))
        case .ed25519(_, let d?): material = .ed25519(try KeyMaterial.ed25519(private: d))
        case .rsa(let n, let e, let numbers?):
            material = .rsa(try KeyMaterial.rsa(n, e, numbers), padding: KeyPurpose.padding(own))
        default: throw .privateKeyRequired
        }
        id = jwk.keyID ?? jwk.thumbprint()
        self.algorithm = own
        verificationKey = try VerificationKey(jwk, algorithm: own)
        privateJWK = jwk
    }

    /// Makes a new key named by its thumbprint; `rsaBits` counts for RSA only.
    public static func generate(_ algorithm: Algorithm, rsaBits: Int = 2048) throws(JOSEError) -> SigningKey {
        var json = try KeyGeneration.privateJWK(algorithm, rsaBits: rsaBits)
        json["use"] = .string("sig")
        json["alg"] = .string(algorithm.rawValue)
        json["kid"] = .string(try JSONWebKey(json).thumbprint())
        return try SigningKey(JSONWebKey(json))
    }

    public func signature(for message: [UInt8]) throws(JOSEError) -> [UInt8] {
        do {
            return try message.withUnsafeBytes { try signature(for: $0) }
        } catch {
            throw .signingFailed
        }
    }

    private func signature(for message: UnsafeRawBufferPointer) throws -> [UInt8] {
        switch material {
        case .p256(let key):
            return Array(try key.signature(for: Self.sha256(message)).rawRepresentation)
        case .p384(let key):
            var hash = SHA384()
            hash.update(bufferPointer: message)
            return Array(try key.signature(for: hash.finalize()).rawRepresentation)
        case .ed25519(let key):
            return Array(try key.signature(for: message))
        case .rsa(let key, let padding):
            return Array(try key.signature(for: Self.sha256(message), padding: padding).rawRepresentation)
        }
    }

    private static func sha256(_ message: UnsafeRawBufferPointer) -> SHA256.Digest {
        var hash = SHA256()
        hash.update(bufferPointer: message)
        return hash.finalize()
    }
}

extension SigningKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "signing key \(id) (\(algorithm.rawValue))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
