package import JOSE
package import OAuth
package import Storage

extension InMemoryStore: PendingAuthorizationStore {
    package func insert(_ pending: PendingAuthorization, keeping limit: Int) throws {
        try write { contents in
            guard contents.people.pending[pending.hash] == nil else {
                throw StoreError.failed("there is such a request already")
            }
            let surplus = PendingAuthorization.surplus(of: contents.people.pending.count, limit: max(1, limit))
            let oldest = surplus > 0 ? contents.people.pending.values.sorted { $0.goesBefore($1) } : []
            for old in oldest.prefix(surplus) { contents.people.pending[old.hash] = nil }
            contents.people.pending[pending.hash] = pending
        }
    }

    package func pendingAuthorization(_ hash: TokenHash, at now: NumericDate) throws -> PendingAuthorization? {
        try read { $0.pending(hash, at: now) }
    }

    package func note(freshSession: SessionID, for hash: TokenHash, at now: NumericDate) throws -> Bool {
        try write { contents in
            guard contents.pending(hash, at: now) != nil else { return false }
            contents.people.pending[hash]?.freshSession = freshSession
            return true
        }
    }

    package func note(
        _ decision: ConsentDecision, for hash: TokenHash, remembering consent: Consent?, at now: NumericDate,
        with effects: Effects
    ) throws -> Bool {
        try write { contents in
            guard contents.pending(hash, at: now) != nil, contents.mayAct(decision.subject) else { return false }
            if let consent { try contents.remember(consent) }
            contents.people.pending[hash]?.decision = decision
            contents.record(effects)
            return true
        }
    }

    package func take(_ hash: TokenHash, at now: NumericDate) throws -> PendingAuthorization? {
        try write { contents in
            guard let pending = contents.pending(hash, at: now) else { return nil }
            contents.people.pending[hash] = nil
            return pending
        }
    }
}

extension PendingAuthorization {
    /// Those in which nobody signed in or decided anything, then the oldest.
    fileprivate func goesBefore(_ other: PendingAuthorization) -> Bool {
        let (isBegun, otherIsBegun) = (
            freshSession != nil || decision != nil, other.freshSession != nil || other.decision != nil
        )
        return isBegun == otherIsBegun ? createdAt < other.createdAt : otherIsBegun
    }
}

extension InMemoryStore.Contents {
    fileprivate func pending(_ hash: TokenHash, at now: NumericDate) -> PendingAuthorization? {
        people.pending[hash].flatMap { now < $0.expiresAt ? $0 : nil }
    }
}
