package import JOSE
package import OAuth

/// What the owner of a `client_id` may prove itself with; clients and protected resources have the same kinds.
package struct RegisteredCredentials: Hashable, Sendable {
    /// At most two live secrets, so that one can be replaced without an interruption.
    package static let maximumSecrets = 2

    package var method: AuthenticationMethod
    package var secrets: [StoredSecret]
    /// Inline keys for `private_key_jwt`; exclusive with `keySetURL` (RFC 7591 §2).
    package var keySet: JWKSet?
    package var keySetURL: String?
    /// The one algorithm of its assertions; `nil` allows each that fits the key.
    package var assertionAlgorithm: Algorithm?

    package init(
        method: AuthenticationMethod, secrets: [StoredSecret] = [], keySet: JWKSet? = nil, keySetURL: String? = nil,
        assertionAlgorithm: Algorithm? = nil
    ) {
        self.method = method
        self.secrets = secrets
        self.keySet = keySet
        self.keySetURL = keySetURL
        self.assertionAlgorithm = assertionAlgorithm
    }
}

/// One secret of a client or resource, by its hash.
package struct StoredSecret: Hashable, Sendable {
    /// Names the secret in commands and the audit log; reveals nothing about it.
    package let id: String
    package let hash: TokenHash
    package let createdAt: NumericDate
    /// The first second at which it is no longer accepted; `nil`: until it is removed.
    package var expiresAt: NumericDate?

    package init(id: String, hash: TokenHash, createdAt: NumericDate, expiresAt: NumericDate? = nil) {
        self.id = id
        self.hash = hash
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    package func isLive(at now: NumericDate) -> Bool { expiresAt.map { now < $0 } ?? true }
}
