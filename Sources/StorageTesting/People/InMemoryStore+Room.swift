import JOSE
import OAuth
import Storage

/// Room for one more authorization of a client in a session.
extension InMemoryStore.Contents {
    /// What ended for it.
    mutating func makeRoom(for new: Authorization, under terms: AuthorizationTerms) -> Ended {
        var held = people.authorizations.values.filter {
            $0.end == nil && $0.authorization.session == new.session && $0.authorization.client == new.client
        }.map(\.authorization)
        let unspent = people.codes.values.filter { !$0.isSpent }.reduce(into: [GrantID: NumericDate]()) {
            $0[$1.code.grant] = $1.code.expiresAt
        }
        var forgotten = held.map(\.id).filter { id in unspent[id].map { $0 <= new.createdAt } ?? false }
        for id in forgotten { forget(id) }
        held.removeAll { people.authorizations[$0.id] == nil }
        held.sort { left, right in
            let order = (unspent[left.id] == nil, unspent[right.id] == nil)
            guard order.0 == order.1 else { return order.1 }
            return (left.createdAt, left.id.rawValue) < (right.createdAt, right.id.rawValue)
        }
        var ended = Ended()
        for old in held.prefix(max(0, held.count - terms.limit + 1)) {
            if unspent[old.id] != nil {
                forget(old.id)
                forgotten.append(old.id)
            } else {
                ended.grants += end(.grant(old.id), because: .replaced, at: new.createdAt).ended.grants
                if let event = terms.replacement(of: old.id, by: new) { append(event) }
            }
        }
        if !forgotten.isEmpty { fold(forgotten: forgotten, for: new) }
        return ended
    }

    private mutating func forget(_ id: GrantID) {
        people.authorizations[id] = nil
        people.codes = people.codes.filter { $0.value.code.grant != id }
    }

    /// The events of what nobody redeemed become a count.
    private mutating func fold(forgotten ids: [GrantID], for new: Authorization) {
        let recent = events.reversed().lazy.filter { $0.target == "user:\(new.subject)" }
            .prefix(GivenAuthorizations.recent)
        let folding = GivenAuthorizations(forgetting: ids, for: new, in: Array(recent))
        for event in folding.changed {
            guard let index = events.firstIndex(where: { $0.id == event.id }) else { continue }
            events[index] = event
        }
        events.removeAll { folding.removed.contains($0.id) }
    }
}
