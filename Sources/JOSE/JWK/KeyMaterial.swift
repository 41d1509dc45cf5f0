import Crypto
import CryptoExtras

/// Turns numbers into keys of the cryptographic library and refuses those that are no keys.
enum KeyMaterial {
    /// Every rule that holds for a key whatever it is used for.
    static func check(_ numbers: KeyNumbers) throws(JOSEError) {
        switch numbers {
        case .p256(let x, let y, let d):
            let key = try p256(x, y)
            guard let d else { return }
            guard try p256(d).publicKey.rawRepresentation == key.rawRepresentation else {
                throw .invalidKeyMember("d")
            }
        case .p384(let x, let y, let d):
            let key = try p384(x, y)
            guard let d else { return }
            guard try p384(d).publicKey.rawRepresentation == key.rawRepresentation else {
                throw .invalidKeyMember("d")
            }
        case .ed25519(let x, let d):
            let key = try ed25519(public: x)
            guard let d else { return }
            guard try ed25519(private: d).publicKey.rawRepresentation == key.rawRepresentation else {
                throw .invalidKeyMember("d")
            }
        case .rsa(let n, let e, let numbers):
            _ = try rsa(n, e)
            guard let numbers else { return }
            _ = try rsa(n, e, numbers)
        }
    }

    static func p256(_ x: [UInt8], _ y: [UInt8]) throws(JOSEError) -> P256.Signing.PublicKey {
        do { return try P256.Signing.PublicKey(rawRepresentation: x + y) } catch { throw .invalidKeyMember("x") }
    }

    static func p256(_ d: [UInt8]) throws(JOSEError) -> P256.Signing.PrivateKey {
        do { return try P256.Signing.PrivateKey(rawRepresentation: d) } catch { throw .invalidKeyMember("d") }
    }

    static func p384(_ x: [UInt8], _ y: [UInt8]) throws(JOSEError) -> P384.Signing.PublicKey {
        do { return try P384.Signing.PublicKey(rawRepresentation: x + y) } catch { throw .invalidKeyMember("x") }
    }

    static func p384(_ d: [UInt8]) throws(JOSEError) -> P384.Signing.PrivateKey {
        do { return try P384.Signing.PrivateKey(rawRepresentation: d) } catch { throw .invalidKeyMember("d") }
    }

    static func ed25519(public x: [UInt8]) throws(JOSEError) -> Curve25519.Signing.PublicKey {
        guard !SmallOrderPoints.contains(x) else { throw .invalidKeyMember("x") }
        do { return try Curve25519.Signing.PublicKey(rawRepresentation: x) } catch { throw .invalidKeyMember("x") }
    }

    static func ed25519(private d: [UInt8]) throws(JOSEError) -> Curve25519.Signing.PrivateKey {
        do { return try Curve25519.Signing.PrivateKey(rawRepresentation: d) } catch { throw .invalidKeyMember("d") }
    }

    static func rsa(_ n: [UInt8], _ e: [UInt8]) throws(JOSEError) -> _RSA.Signing.PublicKey {
        try checkSize(n, e)
        do { return try _RSA.Signing.PublicKey(n: n, e: e) } catch { throw .invalidKeyMember("n") }
    }

    static func rsa(
        _ n: [UInt8], _ e: [UInt8], _ numbers: RSAPrivateNumbers
    ) throws(JOSEError) -> _RSA.Signing.PrivateKey {
        try checkSize(n, e)
        do {
            return try _RSA.Signing.PrivateKey(n: n, e: e, d: numbers.d, p: numbers.p, q: numbers.q)
        } catch {
            throw .invalidKeyMember("d")
        }
    }

    /// 2048 bits at least (RFC 7518 §3.3) and 4096 at most, so that none makes verification slow; e odd, 17 to 32 bits.
    private static func checkSize(_ n: [UInt8], _ e: [UInt8]) throws(JOSEError) {
        guard let first = n.first, let last = n.last, first != 0, last & 1 == 1 else { throw .invalidKeyMember("n") }
        let bits = n.count * 8 - first.leadingZeroBitCount
        guard bits >= 2048, bits <= 4096 else { throw .keySizeOutOfRange }
        guard e.count <= 4, e.first != 0 else { throw .invalidKeyMember("e") }
        let exponent = e.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard exponent >= 65537, exponent & 1 == 1 else { throw .invalidKeyMember("e") }
    }
}
