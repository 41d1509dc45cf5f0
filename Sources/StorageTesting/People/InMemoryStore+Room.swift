import JOSE
import OAuth
import Storage

/// Room for one more authorization of a client in a session.
extension InMemoryStore.Contents {
    /// What ended for it, and whether the client left a code unspent there before.
    mutating func makeRoom(for new: Authorization, limit: Int) -> (ended: Ended, isRepeat: Bool) {
        var held = people.authorizations.values.filter {
            $0.end == nil && $0.authorization.session == new.session && $0.authorization.client == new.client
        }.map(\.authorization)
        let unspent = people.codes.values.filter { !$0.isSpent }.reduce(into: [GrantID: NumericDate]()) {
            $0[$1.code.grant] = $1.code.expiresAt
        }
        let isRepeat = held.contains { unspent[$0.id] != nil }
        for id in held.map(\.id) where unspent[id].map({ $0 <= new.createdAt }) ?? false { forget(id) }
        held.removeAll { people.authorizations[$0.id] == nil }
        held.sort { left, right in
            let order = (unspent[left.id] == nil, unspent[right.id] == nil)
            guard order.0 == order.1 else { return order.1 }
            return (left.createdAt, left.id.rawValue) < (right.createdAt, right.id.rawValue)
        }
        var ended = Ended()
        for old in held.prefix(max(0, held.count - limit + 1)) {
            if unspent[old.id] != nil {
                forget(old.id)
            } else {
                ended.grants += end(.grant(old.id), because: .replaced, at: new.createdAt).ended.grants
            }
        }
        return (ended, isRepeat)
    }

    private mutating func forget(_ id: GrantID) {
        people.authorizations[id] = nil
        people.codes = people.codes.filter { $0.value.code.grant != id }
    }

    /// Counts events with the last ones that say the same of the same; those that have none are written.
    mutating func fold(_ effects: Effects) {
        for event in effects.events {
            let index = events.lastIndex {
                $0.target == event.target && $0.action == event.action && $0.actor == event.actor
                    && $0.detail == event.detail
            }
            guard let index else {
                append(event)
                continue
            }
            events[index].count &+= event.count
            events[index].lastAt = max(events[index].lastAt, event.lastAt)
        }
        for mail in effects.mails { people.mails[mail.id] = mail }
    }
}
