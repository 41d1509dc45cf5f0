import Crypto
import CryptoExtras
import FoundationEssentials

/// Makes the members of new private keys.
enum KeyGeneration {
    static func privateJWK(_ algorithm: Algorithm, rsaBits: Int) throws(JOSEError) -> JSONObject {
        switch algorithm {
        case .ES256:
            let key = P256.Signing.PrivateKey()
            return point("P-256", key.publicKey.rawRepresentation, key.rawRepresentation)
        case .ES384:
            let key = P384.Signing.PrivateKey()
            return point("P-384", key.publicKey.rawRepresentation, key.rawRepresentation)
        case .EdDSA:
            let key = Curve25519.Signing.PrivateKey()
            return JSONObject([
                ("kty", .string("OKP")), ("crv", .string("Ed25519")),
                ("x", .string(Base64URL.encode(key.publicKey.rawRepresentation))),
                ("d", .string(Base64URL.encode(key.rawRepresentation))),
            ])
        case .RS256, .PS256:
            return try rsa(bits: rsaBits)
        }
    }

    private static func point(_ curve: String, _ coordinates: Data, _ d: Data) -> JSONObject {
        let half = coordinates.count / 2
        return JSONObject([
            ("kty", .string("EC")), ("crv", .string(curve)),
            ("x", .string(Base64URL.encode(coordinates.prefix(half)))),
            ("y", .string(Base64URL.encode(coordinates.suffix(half)))),
            ("d", .string(Base64URL.encode(d))),
        ])
    }

    private static func rsa(bits: Int) throws(JOSEError) -> JSONObject {
        guard [2048, 3072, 4096].contains(bits) else { throw .keySizeOutOfRange }
        guard let key = try? _RSA.Signing.PrivateKey(keySize: .init(bitCount: bits)) else { throw .signingFailed }
        // The library gives the primitives only within PKCS #1: version, n, e, d, p, q, dp, dq, qi (RFC 8017 §A.1.2).
        guard let numbers = PKCS1.integers(Array(key.derRepresentation)), numbers.count == 9 else {
            throw .signingFailed
        }
        var members: [(String, JSONValue)] = [("kty", .string("RSA"))]
        for (name, number) in zip(["n", "e", "d", "p", "q", "dp", "dq", "qi"], numbers.dropFirst()) {
            members.append((name, .string(Base64URL.encode(number))))
        }
        return JSONObject(members)
    }
}

/// Reads the DER sequence of integers that a private RSA key is.
private enum PKCS1 {
    static func integers(_ der: [UInt8]) -> [ArraySlice<UInt8>]? {
        var rest = der[...]
        guard var content = element(0x30, in: &rest), rest.isEmpty else { return nil }
        var integers: [ArraySlice<UInt8>] = []
        while !content.isEmpty {
            guard let integer = element(0x02, in: &content) else { return nil }
            integers.append(integer.drop { $0 == 0 })
        }
        return integers
    }

    private static func element(_ tag: UInt8, in bytes: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard bytes.popFirst() == tag, let first = bytes.popFirst() else { return nil }
        var length = Int(first)
        if first & 0x80 != 0 {
            length = 0
            guard first & 0x7F <= 2 else { return nil }
            for _ in 0..<(first & 0x7F) {
                guard let byte = bytes.popFirst() else { return nil }
                length = length << 8 | Int(byte)
            }
        }
        guard length <= bytes.count else { return nil }
        defer { bytes = bytes.dropFirst(length) }
        return bytes.prefix(length)
    }
}
