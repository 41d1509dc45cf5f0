import JOSE
package import OAuth
package import Storage

/// A secret that was just made, with the only copy of its text.
package struct NewSecret: Sendable {
    package let stored: StoredSecret
    package let secret: Secret
}

extension RegisteredCredentials {
    /// The longest that replaced secrets may go on: 30 days, in seconds.
    static let maximumOverlap: Int64 = 30 * 86_400

    /// Adds a secret; with `overlap` the others end after that many seconds. Secrets that have ended are dropped.
    mutating func addSecret(
        endingOthersIn overlap: Int64? = nil, secrets generator: SecretGenerator, at now: NumericDate
    ) throws(AdministrationError) -> NewSecret {
        guard method.usesSecret else {
            throw .conflict("the authentication method \(method.rawValue) uses no secret")
        }
        if let overlap {
            guard (0...Self.maximumOverlap).contains(overlap) else {
                throw .invalid([Problem("expires_old_in", "must be 0 to \(Self.maximumOverlap) seconds")])
            }
            let end = now + .seconds(overlap)
            for index in secrets.indices { secrets[index].expiresAt = min(secrets[index].expiresAt ?? end, end) }
        }
        secrets.removeAll { !$0.isLive(at: now) }
        guard secrets.count < Self.maximumSecrets else {
            throw .conflict(
                "there are \(Self.maximumSecrets) live secrets; remove one or let the old ones end with expires_old_in 0"
            )
        }
        let secret = generator.secret(.clientSecret)
        let stored = StoredSecret(
            id: generator.identifier(prefix: "s_"), hash: TokenHash(of: secret), createdAt: now)
        secrets.append(stored)
        return NewSecret(stored: stored, secret: secret)
    }

    /// Whether there was such a secret.
    mutating func removeSecret(_ id: String) -> Bool {
        let count = secrets.count
        secrets.removeAll { $0.id == id }
        return secrets.count < count
    }
}
