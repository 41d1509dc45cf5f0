package import JOSE
package import OAuth
package import Storage

extension InMemoryStore: PendingAuthorizationStore {
    package func insert(_ pending: PendingAuthorization, keeping limit: Int) throws {
        try write { contents in
            guard contents.people.pending[pending.hash] == nil else {
                throw StoreError.failed("there is such a request already")
            }
            let alike = contents.people.pending.values.filter { $0.origin.isVouched == pending.origin.isVouched }
            let surplus = PendingAuthorization.surplus(of: alike.count, limit: max(1, limit))
            let oldest = surplus > 0 ? alike.sorted { $0.goesBefore($1) } : []
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
        _ decision: ConsentDecision, for hash: TokenHash, remembering question: ConsentQuestion?,
        judgedBy basis: JudgedRegistrations?, at now: NumericDate, with effects: Effects
    ) throws -> Bool {
        try write { contents in
            guard contents.pending(hash, at: now) != nil, contents.mayAct(decision.subject), contents.stand(basis)
            else { return false }
            if decision.isGiven, let question {
                let key = ConsentKey(subject: decision.subject, client: question.client)
                let before = contents.people.consents[key]
                try contents.remember(Consent(decision, to: question, before: before, at: now))
            }
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
    /// Whether all that a request was judged by is as it was.
    func stand(_ basis: JudgedRegistrations?) -> Bool {
        guard let basis else { return true }
        guard let client = clients[basis.client], client.isEnabled, client.version == basis.version else {
            return false
        }
        return basis.resources.allSatisfy { identifier, version in
            resources.values.contains { $0.identifier == identifier && $0.isEnabled && $0.version == version }
        }
    }

    fileprivate func pending(_ hash: TokenHash, at now: NumericDate) -> PendingAuthorization? {
        people.pending[hash].flatMap { now < $0.expiresAt ? $0 : nil }
    }
}
