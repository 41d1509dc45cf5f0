package import JOSE
package import OAuth
package import Storage
import Synchronization

/// What has been revoked, as every request reads it: from memory.
///
/// The store is written first; this changes after the commit and before the answer. Counters only grow, so that two
/// changes that arrive out of order leave the higher one. What changes goes on to the feed before the call returns.
package final class RevocationList: Sendable {
    private struct State {
        var epochs: [EpochKey: Int64]
        var tokens: [TokenID: NumericDate]
        /// Authorizations of people that ended, each until the last access token of it has died by itself.
        var grants: [GrantID: NumericDate]
        /// Of those, the ones for which a token was made when they had ended, and where it went.
        var late: [GrantID: Set<ResourceIndicator>] = [:]
    }

    private let state: Mutex<State>
    /// What single revocations may cost.
    package let budget: RevocationBudget
    /// Tells those who judge tokens by themselves.
    package let feed: RevocationFeed
    /// Tells those who know neither us nor the feed.
    private let statuses: StatusLists?

    /// - Parameter known: what the store remembers; the feed tells it to each new reader.
    package init(
        _ known: StoredRevocations = StoredRevocations(), feed: RevocationFeed, statuses: StatusLists? = nil,
        budget: RevocationBudget, at now: NumericDate
    ) {
        self.budget = budget
        self.feed = feed
        self.statuses = statuses
        state = Mutex(
            State(
                epochs: known.epochs.mapValues(\.value), tokens: known.tokens.mapValues(\.until), grants: known.grants))
        feed.load(known.changes(at: now))
    }

    package func apply(_ epochs: [EpochKey: Int64], at now: NumericDate) {
        guard !epochs.isEmpty else { return }
        state.withLock { state in state.epochs.merge(epochs) { max($0, $1) } }
        publish(epochs.map { .counter($0, $1, until: Self.forgotten(after: now)) })
    }

    package func revoke(_ token: TokenID, _ ended: EndedToken) {
        // Never forgotten earlier than any of those who ended it asked for.
        state.withLock { state in state.tokens[token] = max(state.tokens[token] ?? ended.until, ended.until) }
        publish([.token(token, ended)])
    }

    /// Ends what a key signed, for those who do not ask the key ring.
    package func distrust(_ key: KeyRecord, at now: NumericDate) {
        guard case .signing = key.purpose else { return }
        publish([.key(key.id, until: key.removedAt ?? Self.forgotten(after: now))])
    }

    private func publish(_ changes: [RevocationChange]) {
        statuses?.apply(changes)
        feed.publish(changes)
    }

    /// When the last token that was made before `moment` has died by itself, for every reader's clock.
    static func forgotten(after moment: NumericDate) -> NumericDate {
        moment + .seconds(ServerPolicy.longestAccessTokenLifetime + ServerPolicy.revocationAllowance)
    }

    /// Ends every access token of what has ended with `ended`.
    package func apply(_ ended: Ended, at now: NumericDate) {
        guard !ended.grants.isEmpty else { return }
        let forgotten = now + .seconds(ServerPolicy.longestAccessTokenLifetime)
        state.withLock { state in
            for grant in ended.grants { state.grants[grant] = max(state.grants[grant] ?? forgotten, forgotten) }
        }
        publish(ended.grants.map { .grant($0, until: Self.forgotten(after: now)) })
    }

    /// Ends every token of what a client's change or removal took along.
    package func apply(_ ending: ClientEnding, at now: NumericDate) {
        guard case .done(let counters) = ending.change else { return }
        apply(counters, at: now)
        apply(ending.ended, at: now)
    }

    /// Forgets what has died by itself.
    package func prune(at now: NumericDate) {
        state.withLock { state in
            state.tokens = state.tokens.filter { now < $0.value }
            state.grants = state.grants.filter { now < $0.value }
            let grants = state.grants
            state.late = state.late.filter { grants[$0.key] != nil }
        }
    }

    package var counts: (epochs: Int, tokens: Int, grants: Int) {
        state.withLock { ($0.epochs.count, $0.tokens.count, $0.grants.count) }
    }

    package func hasEnded(_ grant: GrantID) -> Bool { state.withLock { $0.grants[grant] != nil } }

    /// The counters that a new token is to carry, of which it is noted where it goes.
    ///
    /// First noted, then read: what ends before the counters are read is in them, and what ends after finds the places.
    /// - Parameters:
    ///   - audience: the resource that the token is for comes first.
    ///   - names: what the feed calls the three, if that was made before.
    package func epochs(
        subject: Subject, client: ClientID, grant: GrantID, audience: [ResourceIndicator],
        named names: [RevocationName]? = nil, at now: NumericDate
    ) -> TokenEpochs {
        feed.places.note(
            names ?? self.names(subject: subject, client: client, grant: grant), at: audience, now: now)
        let (epochs, isLate) = state.withLock { state -> (TokenEpochs, Bool) in
            var isLate = false
            if !state.grants.isEmpty, state.grants[grant] != nil {
                for resource in audience where state.late[grant, default: []].insert(resource).inserted {
                    isLate = true
                }
            }
            guard !state.epochs.isEmpty else { return (TokenEpochs(), isLate) }
            let resource = audience.first.flatMap { state.epochs[.resource($0)] } ?? 0
            let epochs = TokenEpochs(
                subject: state.epochs[.subject(subject)] ?? 0, client: state.epochs[.client(client)] ?? 0,
                grant: state.epochs[.grant(grant)] ?? 0, resource: resource)
            return (epochs, isLate)
        }
        // What ended for good has no counter that a late token could carry: whoever can be shown it has to be told.
        if isLate { publish([.grant(grant, until: Self.forgotten(after: now))]) }
        return epochs
    }

    /// What the feed calls those whose tokens have counters.
    func names(subject: Subject, client: ClientID, grant: GrantID) -> [RevocationName] {
        [EpochKey.subject(subject), .client(client), .grant(grant)].map { RevocationName($0, of: feed.issuer) }
    }

    /// Notes that a resource is told of an API key, which is good there until it ends. `false` if it has ended already.
    func note(_ accepted: AcceptedAPIKey, at now: NumericDate) -> Bool {
        var names: [EpochKey] = [.grant(accepted.key.id), .subject(accepted.subject)]
        if let client = accepted.client { names.append(.client(client)) }
        if let permission = accepted.permission { names.append(.grant(permission)) }
        feed.places.note(
            names.map { RevocationName($0, of: feed.issuer) }, at: [accepted.resource.identifier], now: now)
        return !hasEnded(accepted.key.id)
    }

    /// What ended the token, if anything did.
    package func fault(in claims: AccessTokenClaims) -> TokenFault? {
        state.withLock { state in
            if !state.tokens.isEmpty, state.tokens[claims.tokenID] != nil { return .tokenRevoked }
            if !state.grants.isEmpty, state.grants[claims.grant] != nil { return .grantEnded }
            guard !state.epochs.isEmpty else { return nil }
            if claims.epochs.subject < state.epochs[.subject(claims.subject)] ?? 0 { return .subjectEnded }
            if claims.epochs.client < state.epochs[.client(claims.clientID)] ?? 0 { return .clientEnded }
            if claims.epochs.grant < state.epochs[.grant(claims.grant)] ?? 0 { return .grantEnded }
            for resource in claims.audience where claims.epochs.resource < state.epochs[.resource(resource)] ?? 0 {
                return .resourceEnded
            }
            return nil
        }
    }

    /// Whether the tokens that an index stands for have ended.
    func hasEnded(_ entry: StatusEntry) -> Bool {
        state.withLock { state in
            state.grants[entry.grant] != nil
                || entry.epochs.subject < state.epochs[.subject(entry.subject)] ?? 0
                || entry.epochs.client < state.epochs[.client(entry.client)] ?? 0
                || entry.epochs.grant < state.epochs[.grant(entry.grant)] ?? 0
                || entry.epochs.resource < state.epochs[.resource(entry.resource)] ?? 0
        }
    }
}
