import JOSE
import OAuth
package import Storage

/// The reference: keeps every promise of the stores in the simplest way, and forgets all when it goes.
package actor InMemoryStore {
    /// A grant, and how it ended.
    struct GrantEntry {
        var grant: Grant
        var end: (at: NumericDate, reason: RevocationReason)?
    }

    /// Everything that is remembered.
    struct Contents {
        var clients: [ClientID: RegisteredClient] = [:]
        var resources: [ClientID: ProtectedResource] = [:]
        var grants: [GrantID: GrantEntry] = [:]
        var epochs: [EpochKey: EpochCounter] = [:]
        var revokedTokens: [TokenID: EndedToken] = [:]
        var claims: [ReplayDomain: [String: NumericDate]] = [:]
        var keys: [KeyID: KeyRecord] = [:]
        var dataKeys: [String: [UInt8]] = [:]
        var issuer: String?
        var claimedSecrets: [String: [UInt8]] = [:]
        var events: [AuditEvent] = []
        var lastEventID: Int64 = 0
        var statusLists: [StatusList] = []
        var statusEntries: [String: [Int64: StatusEntry]] = [:]
        var usage: [UsageKey: Int64] = [:]
        var people = People()
        var initialAccessTokens: [String: InitialAccessToken] = [:]
        /// API keys; `keys` are the issuer's.
        var keysOfOwners: [GrantID: APIKey] = [:]
    }

    private var contents = Contents()
    private var failure: StoreError?

    package init() {}

    /// From here on everything throws `StoreError.closed`, as it does in the other stores.
    package func close() { failure = .closed }

    /// From here on everything throws `failure`, as where the disk is full or another process holds the database; `nil`
    /// lets it work again.
    package func fail(with failure: StoreError?) { self.failure = failure }

    /// All that is remembered at this moment, as a backup would keep it.
    package struct Snapshot: Sendable { let contents: Contents }

    package func snapshot() -> Snapshot { Snapshot(contents: contents) }

    /// What was remembered then is remembered again, and nothing else.
    package func restore(_ snapshot: Snapshot) { contents = snapshot.contents }

    func read<Result>(_ query: (Contents) throws -> Result) throws -> Result {
        if let failure { throw failure }
        return try query(contents)
    }

    /// Makes a change, all of it or nothing: whatever can throw does so before anything is changed.
    func write<Result>(_ change: (inout Contents) throws -> Result) throws -> Result {
        if let failure { throw failure }
        return try change(&contents)
    }
}

extension InMemoryStore.Contents {
    func isRegistered(_ id: ClientID) -> Bool { clients[id] != nil || resources[id] != nil }

    /// Whether somebody has this id already. It becomes the `sub` of tokens, so it must not be a person's (RFC 9068 §5).
    func isTaken(_ id: ClientID) -> Bool { isRegistered(id) || people.users[Subject(id)] != nil }

    func standingGrant(of client: ClientID, at resource: ResourceIndicator) -> Grant? {
        grants.values.first { $0.end == nil && $0.grant.client == client && $0.grant.resource == resource }?.grant
    }

    mutating func endGrants(because reason: RevocationReason, at now: NumericDate, where matches: (Grant) -> Bool) {
        for (id, entry) in grants where entry.end == nil && matches(entry.grant) { grants[id]?.end = (now, reason) }
    }

    /// Adds one to each counter, once, however often it is named.
    mutating func advance(_ keys: [EpochKey], at now: NumericDate) -> [EpochKey: Int64] {
        var values: [EpochKey: Int64] = [:]
        for key in keys where values[key] == nil {
            let known = epochs[key]
            let counter = EpochCounter(
                value: (known?.value ?? 0) &+ 1, advancedAt: max(known?.advancedAt ?? now, now))
            epochs[key] = counter
            values[key] = counter.value
        }
        return values
    }

    @discardableResult
    mutating func append(_ event: AuditEvent) -> Int64 {
        lastEventID &+= 1
        var event = event
        event.id = lastEventID
        events.append(event)
        return lastEventID
    }

    /// What every change ends with.
    mutating func finish(advancing keys: [EpochKey], recording event: AuditEvent) -> Change {
        append(event)
        return .done(advance(keys, at: event.at))
    }
}
