/// The numbers of a key, decoded once: coordinates of a curve point, or the primitives of RSA.
enum KeyNumbers: Sendable {
    case p256(x: [UInt8], y: [UInt8], d: [UInt8]?)
    case p384(x: [UInt8], y: [UInt8], d: [UInt8]?)
    case ed25519(x: [UInt8], d: [UInt8]?)
    case rsa(n: [UInt8], e: [UInt8], private: RSAPrivateNumbers?)

    var isPrivate: Bool {
        switch self {
        case .p256(_, _, let d), .p384(_, _, let d), .ed25519(_, let d): d != nil
        case .rsa(_, _, let numbers): numbers != nil
        }
    }

    var publicPart: KeyNumbers {
        switch self {
        case .p256(let x, let y, _): .p256(x: x, y: y, d: nil)
        case .p384(let x, let y, _): .p384(x: x, y: y, d: nil)
        case .ed25519(let x, _): .ed25519(x: x, d: nil)
        case .rsa(let n, let e, _): .rsa(n: n, e: e, private: nil)
        }
    }

    /// The members of a JWK with its coordinates in their full length (RFC 7518 §6.2.1.2), all others as they were.
    func inFullLength(_ json: JSONObject) -> JSONObject {
        switch self {
        case .p256(let x, let y, _), .p384(let x, let y, _):
            var json = json
            json["x"] = .string(Base64URL.encode(x))
            json["y"] = .string(Base64URL.encode(y))
            return json
        case .ed25519, .rsa: return json
        }
    }

    /// The algorithm that a curve fixes (RFC 7518 §3.4, RFC 8037 §3.1); RSA leaves a choice.
    var impliedAlgorithm: Algorithm? {
        switch self {
        case .p256: .ES256
        case .p384: .ES384
        case .ed25519: .EdDSA
        case .rsa: nil
        }
    }
}

/// What a private RSA key has beyond its public one (RFC 7518 §6.3.2).
struct RSAPrivateNumbers: Sendable {
    var d: [UInt8]
    var p: [UInt8]
    var q: [UInt8]
}
