package import JOSE
package import OAuth
package import Storage

extension InMemoryStore: EndingStore {
    package func end(
        _ target: EndTarget, because reason: EndReason, at now: NumericDate, with effects: Effects
    ) throws -> Ended {
        try write { contents in
            let (ended, hasChanged) = contents.end(target, because: reason, at: now)
            if case .subject(let subject, _) = target { contents.people.users[subject]?.version &+= 1 }
            if hasChanged { contents.record(effects) }
            return ended
        }
    }

    package func endedGrants(
        since moment: NumericDate, forgettingAfter lifetime: Int64
    ) throws -> [GrantID: NumericDate] {
        try read { contents in
            let given = contents.people.authorizations.compactMapValues { $0.end?.at }
            let keys = contents.keysOfOwners.compactMapValues(\.endedAt)
            return given.merging(keys) { $1 }.filter { moment < $0.value }.mapValues { $0 + .seconds(lifetime) }
        }
    }
}

extension InMemoryStore.Contents {
    /// The one way in which things end; says what ended, and whether anything changed at all.
    mutating func end(
        _ target: EndTarget, because reason: EndReason, at now: NumericDate
    ) -> (ended: Ended, hasChanged: Bool) {
        var ended = Ended()
        ended.sessions = people.sessions.values.filter { $0.end == nil && target.takes($0.session) }.map(\.session.id)
            .sorted()
        for id in ended.sessions {
            people.sessions[id]?.end = (now, reason)
            ended.logouts += queueLogouts(of: id, at: now)
        }
        ended.grants = people.authorizations.values.filter { $0.end == nil && target.takes($0.authorization) }
            .map(\.authorization.id).sorted()
        for id in ended.grants { people.authorizations[id]?.end = (now, reason) }
        ended.logouts += queueLogouts(of: target, ended, because: reason, at: now)
        ended.grants += endKeys(of: target, because: reason, at: now)
        var hasChanged = !ended.isEmpty || ended.logouts > 0
        if case .application(let subject, let client) = target {
            let key = InMemoryStore.ConsentKey(subject: subject, client: client)
            hasChanged = people.consents.removeValue(forKey: key) != nil || hasChanged
            people.pending = people.pending.filter {
                $0.value.client != client || $0.value.decision?.subject != subject
            }
        }
        if case .subject(let subject, _) = target { hasChanged = dropPendingAddress(of: subject) || hasChanged }
        if case .resource(let resource) = target {
            for (key, consent) in people.consents where consent.resourceScopes[resource] != nil {
                people.consents[key]?.resourceScopes[resource] = nil
                hasChanged = true
            }
            people.pending = people.pending.filter { $0.value.decision?.resourceScopes[resource] == nil }
        }
        return (ended, hasChanged)
    }

    private mutating func dropPendingAddress(of subject: Subject) -> Bool {
        guard people.users[subject]?.pendingEmail != nil else { return false }
        people.users[subject]?.pendingEmail = nil
        people.users[subject]?.version &+= 1
        return true
    }
}

extension EndTarget {
    fileprivate func takes(_ session: Session) -> Bool {
        switch self {
        case .session(let id): session.id == id
        case .subject(let subject, let kept): session.subject == subject && session.id != kept
        case .grant, .key, .application, .client, .resource: false
        }
    }

    fileprivate func takes(_ authorization: Authorization) -> Bool {
        switch self {
        case .session(let id): authorization.session == id && !authorization.isOffline
        case .grant(let id): authorization.id == id
        case .key: false
        case .application(let subject, let client):
            authorization.subject == subject && authorization.client == client
        case .subject(let subject, let kept): authorization.subject == subject && authorization.session != kept
        case .client(let id): authorization.client == id
        case .resource(let resource): authorization.resourceScopes[resource] != nil
        }
    }
}
