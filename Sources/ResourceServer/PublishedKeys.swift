import JOSE

/// The keys of one key set, taken apart once and not for each token.
struct PublishedKeys: Sendable {
    let keySet: JWKSet
    /// An RSA key that names no algorithm is there once for each that it can do.
    private let keys: [Algorithm: [VerificationKey]]

    init(_ keySet: JWKSet) {
        self.keySet = keySet
        let algorithms = [Algorithm.ES256, .ES384, .EdDSA, .RS256, .PS256]
        keys = Dictionary(uniqueKeysWithValues: algorithms.map { ($0, keySet.verificationKeys(for: $0)) })
    }

    /// Those of the header's algorithm and, if it names one, of its `kid`.
    subscript(header: JOSEHeader) -> [VerificationKey] {
        guard let algorithm = Algorithm(rawValue: header.algorithm), let keys = keys[algorithm] else { return [] }
        guard let keyID = header.keyID else { return keys }
        return keys.filter { $0.id?.utf8.elementsEqual(keyID.utf8) ?? false }
    }
}
