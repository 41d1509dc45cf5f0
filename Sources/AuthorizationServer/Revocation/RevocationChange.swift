package import JOSE
package import OAuth
package import Storage

/// The resources that something that ended concerns.
enum RevocationAudience: Hashable, Sendable {
    /// All of them, or nobody knows.
    case everyone
    case named([ResourceIndicator])
    /// Those to whom tokens went that hang from it.
    case placed
}

/// One thing that ended, as the revocation feed tells it.
package enum RevocationChange: Hashable, Sendable {
    case token(TokenID, EndedToken)
    case grant(GrantID, until: NumericDate)
    case counter(EpochKey, Int64, until: NumericDate)
    case key(KeyID, until: NumericDate)

    var audience: RevocationAudience {
        switch self {
        case .token(_, let ended): ended.audience.map { .named($0) } ?? .everyone
        case .counter(let key, _, _) where key.kind == .resource: .named([ResourceIndicator(unchecked: key.id)])
        case .grant, .counter: .placed
        case .key: .everyone
        }
    }

    /// `nil` for a counter at 0, which ends nothing.
    func entry(of feedIssuer: Issuer) -> RevocationEntry? {
        let issuer = feedIssuer.rawValue
        switch self {
        case .token(let id, let ended):
            return RevocationEntry(RevocationName(.token, id.rawValue, of: issuer), until: ended.until)
        case .grant(let id, let until):
            return RevocationEntry(RevocationName(.grant, id.rawValue, of: issuer), until: until)
        case .counter(let key, let value, let until):
            return RevocationEntry(RevocationName(key, of: feedIssuer), value: value, until: until)
        case .key(let id, let until):
            return RevocationEntry(RevocationName(.key, id.rawValue, of: issuer), until: until)
        }
    }
}

extension RevocationName {
    /// The name of a counter.
    package init(_ key: EpochKey, of issuer: Issuer) {
        self.init(Kind(key.kind), key.id, of: issuer.rawValue)
    }
}

extension RevocationName.Kind {
    fileprivate init(_ kind: EpochKey.Kind) {
        switch kind {
        case .subject: self = .subject
        case .client: self = .client
        case .grant: self = .grant
        case .resource: self = .resource
        }
    }
}

/// What a store remembers of revocations when a server starts.
package struct StoredRevocations: Sendable {
    package var epochs: [EpochKey: EpochCounter] = [:]
    package var tokens: [TokenID: EndedToken] = [:]
    /// Authorizations of people that ended, each until the last access token of it has died by itself.
    package var grants: [GrantID: NumericDate] = [:]
    /// Keys of tokens that are no longer trusted, each until it is forgotten.
    package var keys: [KeyID: NumericDate] = [:]

    package init() {}

    static func load(
        from store: any RevocationStore & EndingStore, keys: KeyRing.Snapshot, at now: NumericDate
    ) async throws -> StoredRevocations {
        var known = StoredRevocations()
        known.epochs = try await store.counters()
        known.tokens = try await store.revokedTokens(at: now)
        known.grants = try await store.endedGrants(
            since: now + .seconds(-ServerPolicy.longestAccessTokenLifetime),
            forgettingAfter: ServerPolicy.longestAccessTokenLifetime)
        for record in keys.signing.map(\.record) where record.distrustedAt != nil {
            known.keys[record.id] = record.removedAt ?? RevocationList.forgotten(after: now)
        }
        return known
    }

    /// Counters that no living token can be older than are told to nobody. A counter of which nobody knows when it was
    /// last advanced is told as if that were now.
    func changes(at now: NumericDate) -> [RevocationChange] {
        let allowance = Duration.seconds(ServerPolicy.revocationAllowance)
        let counters = epochs.compactMap { key, counter -> RevocationChange? in
            let until = RevocationList.forgotten(after: counter.advancedAt ?? now)
            return now < until ? .counter(key, counter.value, until: until) : nil
        }
        return counters + tokens.map { .token($0, $1) }
            + grants.map { .grant($0, until: $1 + allowance) } + keys.map { .key($0, until: $1) }
    }
}
