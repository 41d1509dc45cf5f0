package import JOSE
package import OAuth

/// Who is behind an API key.
package enum APIKeyOwner: Hashable, Sendable {
    /// A person, in whose name the key acts.
    case person(Subject)
    /// A program, with no more than its own standing permissions.
    case client(ClientID)
    /// Nobody: a honey key, which never grants anything and whose every use is an alarm.
    case nobody
}

/// So many uses of a key in so many seconds.
package struct APIKeyQuota: Hashable, Sendable {
    package let uses: Int64
    /// Seconds.
    package let period: Int64
    package init(uses: Int64, period: Int64) {
        self.uses = uses
        self.period = period
    }
}

/// A secret with which a program acts for its owner until it ends; kept as a hash.
package struct APIKey: Hashable, Sendable {
    /// Names the key in pages, commands and the audit log, and is the grant of what is exchanged for it; reveals nothing.
    package let id: GrantID
    package let hash: TokenHash
    package let owner: APIKeyOwner
    package let name: String
    package let resourceScopes: [ResourceIndicator: Scope]
    /// Networks (`192.0.2.0/24`, `2001:db8::/32`) from which alone it is accepted; empty: from everywhere.
    package let networks: [String]
    package let quota: APIKeyQuota?
    /// Whether it is accepted as it is; otherwise only in exchange for a short access token.
    package let isDirect: Bool
    package let createdAt: NumericDate
    /// The first second at which it is over; `nil`: never.
    package var expiresAt: NumericDate?
    package var lastUsedAt: NumericDate?
    /// The key that was made to take its place.
    package var successor: GrantID?
    package var endedAt: NumericDate?
    package var endReason: EndReason?

    package init(
        id: GrantID, hash: TokenHash, owner: APIKeyOwner, name: String, resourceScopes: [ResourceIndicator: Scope],
        networks: [String] = [], quota: APIKeyQuota? = nil, isDirect: Bool = true, createdAt: NumericDate,
        expiresAt: NumericDate?
    ) {
        self.id = id
        self.hash = hash
        self.owner = owner
        self.name = name
        self.resourceScopes = resourceScopes
        self.networks = networks
        self.quota = quota
        self.isDirect = isDirect
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    package var isHoney: Bool { owner == .nobody }

    /// It was reported as leaked, and ended with that.
    package var isQuarantined: Bool { endReason == .keyLeaked }

    /// What has become of it, in one word.
    package enum State: String, CaseIterable, Hashable, Sendable { case active, rerolled, expired, ended, quarantined }

    package func state(at now: NumericDate) -> State {
        if isQuarantined { return .quarantined }
        if endedAt != nil { return .ended }
        guard isLive(at: now) else { return .expired }
        return successor == nil ? .active : .rerolled
    }

    package func isLive(at now: NumericDate) -> Bool {
        endedAt == nil && expiresAt.map { now < $0 } ?? true
    }
}

extension EndReason {
    /// Whether all keys of a person or client end when what was given ends for this reason. Signing out and a new
    /// password end sessions, not the programs that run under keys of their own.
    package var endsKeys: Bool {
        switch self {
        case .accountDisabled, .accountDeleted, .lockdown, .clientDisabled, .clientDeleted: true
        default: false
        }
    }
}

/// How making a key ended; nothing is written unless it is `done`.
package enum APIKeyInsertion: Hashable, Sendable {
    case done
    /// The owner is not there or may not act, or a resource is not registered.
    case missing
    /// The owner has as many live keys as may be.
    case full
}

/// How a reroll ended; nothing is written unless it is `done`.
package enum APIKeyReroll: Hashable, Sendable {
    case done
    case missing
    /// It has a successor already.
    case rerolled
    /// It has ended or expired; only one that was reported as leaked still gets a successor.
    case ended
    /// As many keys of the owner as may be live on beside their successors, or live at all.
    case full
}

/// API keys. They end through ``EndingStore`` only.
package protocol APIKeyStore: Sendable {
    /// `.full` if the owner has `most` live keys. The moment is `key.createdAt`.
    func insert(_ key: APIKey, most: Int, with effects: Effects) async throws -> APIKeyInsertion
    /// Whatever has become of it, until it is swept away.
    func apiKey(_ hash: TokenHash) async throws -> APIKey?
    func apiKey(_ id: GrantID) async throws -> APIKey?
    /// All that are not swept away yet, newest first.
    func apiKeys(of owner: APIKeyOwner) async throws -> [APIKey]
    /// In the order of their ids, after `id`, at most `limit`.
    func apiKeys(after id: GrantID?, limit: Int) async throws -> [APIKey]
    /// Makes `successor` and lets the old key live until `end` at most, both or neither. Of any number of concurrent
    /// calls for one key, exactly one is done. The moment is `successor.createdAt`.
    ///
    /// `.full` if `most` keys of the owner live on beside their successors already, or if the old one lives no more and the
    /// owner has `most` live keys: whatever order it is called in, an owner never has more than twice as many.
    func reroll(
        _ id: GrantID, to successor: APIKey, until end: NumericDate, most: Int, with effects: Effects
    ) async throws -> APIKeyReroll
    /// Moves `lastUsedAt` forward, unless that would be by less than a minute.
    func touchAPIKey(_ id: GrantID, at now: NumericDate) async throws
}

extension APIKey {
    /// Seconds between two writes of when it was last used.
    package static let touchInterval: Int64 = 60
}
