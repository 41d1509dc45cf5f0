package import JOSE
package import OAuth
package import Storage
import Synchronization

/// What has been revoked, as every request reads it: from memory.
///
/// The store is written first; this changes after the commit and before the answer. Counters only grow, so that two
/// changes that arrive out of order leave the higher one.
package final class RevocationList: Sendable {
    private struct State {
        var epochs: [EpochKey: Int64]
        var tokens: [TokenID: NumericDate]
        /// Authorizations of people that ended, each until the last access token of it has died by itself.
        var grants: [GrantID: NumericDate]
    }

    private let state: Mutex<State>
    /// What single revocations may cost.
    package let budget: RevocationBudget

    package init(
        epochs: [EpochKey: Int64] = [:], tokens: [TokenID: NumericDate] = [:], grants: [GrantID: NumericDate] = [:],
        budget: RevocationBudget
    ) {
        self.budget = budget
        state = Mutex(State(epochs: epochs, tokens: tokens, grants: grants))
    }

    package func apply(_ epochs: [EpochKey: Int64]) {
        state.withLock { state in state.epochs.merge(epochs) { max($0, $1) } }
    }

    package func revoke(_ token: TokenID, until expiry: NumericDate) {
        // Never forgotten earlier than any of those who ended it asked for.
        state.withLock { state in state.tokens[token] = max(state.tokens[token] ?? expiry, expiry) }
    }

    /// Ends every access token of what has ended with `ended`.
    package func apply(_ ended: Ended, at now: NumericDate) {
        guard !ended.grants.isEmpty else { return }
        let forgotten = now + .seconds(ServerPolicy.longestAccessTokenLifetime)
        state.withLock { state in
            for grant in ended.grants { state.grants[grant] = max(state.grants[grant] ?? forgotten, forgotten) }
        }
    }

    /// Ends every token of what a client's change or removal took along.
    package func apply(_ ending: ClientEnding, at now: NumericDate) {
        guard case .done(let counters) = ending.change else { return }
        apply(counters)
        apply(ending.ended, at: now)
    }

    /// Forgets what has died by itself.
    package func prune(at now: NumericDate) {
        state.withLock { state in
            state.tokens = state.tokens.filter { now < $0.value }
            state.grants = state.grants.filter { now < $0.value }
        }
    }

    package var counts: (epochs: Int, tokens: Int, grants: Int) {
        state.withLock { ($0.epochs.count, $0.tokens.count, $0.grants.count) }
    }

    package func hasEnded(_ grant: GrantID) -> Bool { state.withLock { $0.grants[grant] != nil } }

    /// The counters that a new token is to carry.
    package func epochs(
        subject: Subject, client: ClientID, grant: GrantID, resource: ResourceIndicator
    ) -> TokenEpochs {
        state.withLock { state in
            guard !state.epochs.isEmpty else { return TokenEpochs() }
            return TokenEpochs(
                subject: state.epochs[.subject(subject)] ?? 0, client: state.epochs[.client(client)] ?? 0,
                grant: state.epochs[.grant(grant)] ?? 0, resource: state.epochs[.resource(resource)] ?? 0)
        }
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
}
