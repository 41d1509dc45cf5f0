package import JOSE
package import OAuth

/// A key of the issuer and where it stands in its life.
package struct KeyRecord: Hashable, Sendable {
    package enum Purpose: Hashable, Sendable {
        /// Signs tokens with this algorithm; its public half is published.
        case signing(Algorithm)
        /// Seals opaque tokens (AES-256-GCM).
        case sealing
        /// Signs the revocation feed (ES256), and no token ever; its public half is published in a set of its own.
        case feed

        package var rawValue: String {
            switch self {
            case .signing(let algorithm): "signing:\(algorithm.rawValue)"
            case .sealing: "sealing"
            case .feed: "feed"
            }
        }

        package init?(rawValue: String) {
            if rawValue == "sealing" {
                self = .sealing
            } else if rawValue == "feed" {
                self = .feed
            } else if rawValue.hasPrefix("signing:"), let algorithm = Algorithm(rawValue: String(rawValue.dropFirst(8)))
            {
                self = .signing(algorithm)
            } else {
                return nil
            }
        }
    }

    package let id: KeyID
    package let purpose: Purpose
    /// The public JWK as JSON text; empty for a sealing key.
    package let publicKey: String
    /// The secret half, sealed (``SecretSealer``) with the associated data `key.sealedKey.<id>`.
    package let sealedKey: [UInt8]
    /// Published from here on.
    package let announcedAt: NumericDate
    /// May make tokens from here on.
    package var activeFrom: NumericDate
    /// Makes no tokens from here on, but verifies them.
    package var retiredAt: NumericDate?
    /// Forgotten from here on: nothing it made can be alive.
    package var removedAt: NumericDate?
    /// Nothing it ever made is accepted from here on.
    package var distrustedAt: NumericDate?

    package init(
        id: KeyID, purpose: Purpose, publicKey: String, sealedKey: [UInt8], announcedAt: NumericDate,
        activeFrom: NumericDate, retiredAt: NumericDate? = nil, removedAt: NumericDate? = nil,
        distrustedAt: NumericDate? = nil
    ) {
        self.id = id
        self.purpose = purpose
        self.publicKey = publicKey
        self.sealedKey = sealedKey
        self.announcedAt = announcedAt
        self.activeFrom = activeFrom
        self.retiredAt = retiredAt
        self.removedAt = removedAt
        self.distrustedAt = distrustedAt
    }
}

/// The issuer's keys.
package protocol KeyStore: Sendable {
    func keys() async throws -> [KeyRecord]
    /// Adds new keys and stores the changed life dates (`activeFrom`, `retiredAt`, `removedAt`, `distrustedAt`) of
    /// known ones, in one transaction. A `distrustedAt` that is set is never unset. An unknown id among `changed` fails
    /// it all.
    func save(new: [KeyRecord], changed: [KeyRecord], recording events: [AuditEvent]) async throws
    /// Deletes keys whose `removedAt` has passed, each with its event; returns their ids.
    func removeKeys(
        at now: NumericDate, recording event: @escaping @Sendable (KeyID) -> AuditEvent
    ) async throws -> [KeyID]
}

/// Data keys wrapped by the master key, and facts about the installation that must not change under it.
package protocol InstallationStore: Sendable {
    /// All wrapped data keys by id.
    func wrappedDataKeys() async throws -> [String: [UInt8]]
    /// Replaces all wrapped data keys at once (first start, or a new master key).
    func replaceWrappedDataKeys(_ keys: [String: [UInt8]], recording event: AuditEvent) async throws
    /// The issuer that this store belongs to; set once. Returns what is stored afterwards.
    func claimIssuer(_ issuer: String) async throws -> String
    /// A sealed secret that must never change, by its name; set once. Returns what is stored afterwards.
    func claimSecret(_ sealed: [UInt8], named name: String) async throws -> [UInt8]
}
