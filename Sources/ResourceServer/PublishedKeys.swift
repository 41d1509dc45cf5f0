import JOSE

/// The keys of one key set, taken apart once and not for each token.
struct PublishedKeys: Sendable {
    /// Those that one kind of header can mean.
    private struct Meant: Sendable {
        let algorithm: String
        let keyID: String?
        var keys: [VerificationKey]

        func isMeant(by header: JOSEHeader) -> Bool {
            guard header.algorithm.utf8.elementsEqual(algorithm.utf8) else { return false }
            guard let keyID, let named = header.keyID else { return keyID == nil && header.keyID == nil }
            return named.utf8.elementsEqual(keyID.utf8)
        }
    }

    let keySet: JWKSet
    /// An RSA key that names no algorithm is there once for each that it can do.
    private let kinds: [Meant]

    init(_ keySet: JWKSet) {
        self.keySet = keySet
        var kinds: [Meant] = []
        for algorithm in [Algorithm.ES256, .ES384, .EdDSA, .RS256, .PS256] {
            for key in keySet.verificationKeys(for: algorithm) {
                let isSame = { (kind: Meant) in
                    kind.algorithm == algorithm.rawValue && Self.isSame(kind.keyID, key.id)
                }
                if let index = kinds.firstIndex(where: isSame) {
                    kinds[index].keys.append(key)
                } else {
                    kinds.append(Meant(algorithm: algorithm.rawValue, keyID: key.id, keys: [key]))
                }
            }
        }
        self.kinds = kinds
    }

    /// Whether there is a key of this `kid`.
    func names(_ keyID: String) -> Bool { kinds.contains { Self.isSame($0.keyID, keyID) } }

    private static func isSame(_ left: String?, _ right: String?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return left.utf8.elementsEqual(right.utf8)
    }

    /// Those of the header's algorithm and its `kid`. A token that names no key is of none that has a name: an issuer
    /// that names its keys names them in its tokens (RFC 7515 §4.1.4), and one that does not is not asked to.
    subscript(header: JOSEHeader) -> [VerificationKey] {
        kinds.first { $0.isMeant(by: header) }?.keys ?? []
    }
}
