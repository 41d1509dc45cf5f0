import CryptoExtras

/// What a key is for: its `use`, its `key_ops` and its algorithm must all allow the operation (RFC 7517 §4.2–4.4).
enum KeyPurpose {
    static func check(_ key: JSONWebKey, operation: String) throws(JOSEError) {
        guard key.use == nil || key.use == "sig" else { throw .keyNotForSignatures }
        guard let operations = key.keyOperations else { return }
        guard operations.contains(operation) else { throw .keyNotForSignatures }
        // Only signing and verifying belong together (RFC 7517 §4.3); a key that also wraps others is not for tokens.
        guard operations.allSatisfy({ $0 == "sign" || $0 == "verify" }) else { throw .keyNotForSignatures }
    }

    static func algorithm(of key: JSONWebKey, requested: Algorithm?) throws(JOSEError) -> Algorithm {
        if let own = key.algorithm {
            guard requested == nil || requested == own else { throw .keyAlgorithmMismatch }
            return own
        }
        // Without an algorithm of its own a key is RSA; an `alg` that is not ours must not be overruled.
        guard key.json["alg"] == nil else { throw .unsupportedAlgorithm }
        guard let requested else { throw .keyAlgorithmRequired }
        guard requested == .RS256 || requested == .PS256 else { throw .keyAlgorithmMismatch }
        return requested
    }

    static func padding(_ algorithm: Algorithm) -> _RSA.Signing.Padding {
        algorithm == .PS256 ? .PSS : .insecurePKCS1v1_5
    }
}
