package import JOSE
import OAuth
package import Storage

extension InMemoryStore {
    package func endEverything(
        upTo moment: NumericDate, limit: Int, because reason: EndReason, at now: NumericDate,
        recording record: @escaping @Sendable (EverythingEnded) -> AuditEvent
    ) throws -> EverythingEnded {
        try write { contents in
            let step = contents.endEverything(upTo: moment, limit: max(1, limit), because: reason, at: now)
            if !step.isEmpty { contents.record(Effects([record(step)])) }
            return step
        }
    }
}

extension InMemoryStore.Contents {
    fileprivate mutating func endEverything(
        upTo moment: NumericDate, limit: Int, because reason: EndReason, at now: NumericDate
    ) -> EverythingEnded {
        var room = limit
        var ended = Ended()
        let sessions = people.sessions.values.filter { $0.end == nil && $0.session.createdAt <= moment }
        ended.sessions = sessions.map(\.session.id).sorted().prefix(room).map(\.self)
        for id in ended.sessions {
            people.sessions[id]?.end = (now, reason)
            ended.logouts += queueLogouts(of: id, at: now)
        }
        room -= ended.sessions.count
        let given = people.authorizations.values.filter { row in
            let given = row.authorization
            let begun = people.sessions[given.session]?.session.createdAt ?? given.createdAt
            return row.end == nil && min(given.authenticatedAt, given.createdAt, begun) <= moment
        }
        ended.grants = given.map(\.authorization.id).sorted().prefix(room).map(\.self)
        for id in ended.grants { people.authorizations[id]?.end = (now, reason) }
        room -= ended.grants.count
        let keys = keysOfOwners.values.filter { $0.endedAt == nil && !$0.isHoney && $0.createdAt <= moment }
            .map(\.id).sorted().prefix(room)
        for id in keys { endKey(id, because: reason, at: now) }
        ended.grants += keys
        room -= keys.count
        let concerned = Set(
            ended.sessions.compactMap { people.sessions[$0]?.session.subject }
                + ended.grants.compactMap { people.authorizations[$0]?.authorization.subject })
        let addresses = concerned.count { distrust($0) }
        let links = people.links.filter { !$0.value.isVoid && $0.value.link.createdAt <= moment }.keys.prefix(room)
        for hash in links { people.links[hash]?.isVoid = true }
        room -= links.count
        let left = unproven(upTo: moment).prefix(room)
        for subject in left { _ = distrust(subject) }
        return EverythingEnded(
            ended, links: links.count, addresses: addresses + left.count, isComplete: left.count < room)
    }

    /// What was judged before and is written after is of another version. Returns whether an address waited for its
    /// proof.
    private mutating func distrust(_ subject: Subject) -> Bool {
        let isWaiting = people.users[subject]?.pendingEmail != nil
        people.users[subject]?.pendingEmail = nil
        people.users[subject]?.version &+= 1
        return isWaiting
    }

    /// People with an address to which no link went after the moment.
    private func unproven(upTo moment: NumericDate) -> [Subject] {
        people.users.values.filter { user in
            user.pendingEmail != nil
                && !people.links.values.contains { entry in
                    let link = entry.link
                    return link.subject == user.id && link.purpose == .verifyAddress && link.email == user.pendingEmail
                        && !entry.isVoid && moment < link.createdAt
                }
        }.map(\.id).sorted()
    }

    /// For whoever took part in a session that ends.
    mutating func queueLogouts(of id: SessionID, at now: NumericDate) -> Int {
        people.participants[id, default: []].sorted().count { queueLogout(to: $0, of: id, at: now) }
    }

    /// For clients whose access ends while the session goes on. One that was told of all it had in a session takes part
    /// in it no more, until it is given something again.
    mutating func queueLogouts(
        of target: EndTarget, _ ended: Ended, because reason: EndReason, at now: NumericDate
    ) -> Int {
        switch target {
        case .session, .key, .subject, .resource: return 0
        case .grant(let id):
            guard !ended.grants.isEmpty, reason.isToldForOneAuthorization,
                let authorization = people.authorizations[id]?.authorization,
                people.sessions[authorization.session]?.end == nil,
                people.participants[authorization.session]?.contains(authorization.client) == true
            else { return 0 }
            return queueLogout(to: authorization.client, of: authorization.session, at: now) ? 1 : 0
        case .application(let subject, let client):
            let sessions = sessions(with: client).filter { people.sessions[$0]?.session.subject == subject }
            let queued = sessions.count { queueLogout(to: client, of: $0, at: now) }
            for session in sessions { people.participants[session]?.remove(client) }
            return queued
        case .client(let id):
            let party = clients[id]?.relyingParty
            let queued = sessions(with: id).count { queueLogout(to: id, of: $0, as: party, at: now) }
            for session in people.participants.keys { people.participants[session]?.remove(id) }
            return queued
        }
    }

    /// Sessions that go on and in which the client takes part.
    private func sessions(with client: ClientID) -> [SessionID] {
        people.sessions.values.filter { $0.end == nil }.map(\.session.id).sorted()
            .filter { people.participants[$0]?.contains(client) == true }
    }

    private mutating func queueLogout(
        to client: ClientID, of id: SessionID, as party: RelyingParty? = nil, at now: NumericDate
    ) -> Bool {
        guard let session = people.sessions[id]?.session, clients[client]?.relyingParty?.backchannelLogoutURI != nil
        else { return false }
        people.lastLogoutID &+= 1
        people.logouts[people.lastLogoutID] = LogoutDelivery(
            id: people.lastLogoutID, client: client, subject: session.subject, session: id, nextAttemptAt: now,
            expiresAt: now + .seconds(LogoutDelivery.lifetime), attempts: 0, relyingParty: party)
        return true
    }

    /// Ends and removes what must not be inherited by a later client of that name. Called while the client is still
    /// there: its logout tokens go where it was registered.
    mutating func forget(client id: ClientID, at now: NumericDate) -> Ended {
        let ended = end(.client(id), because: .clientDeleted, at: now).ended
        people.consents = people.consents.filter { $0.key.client != id }
        people.pending = people.pending.filter { $0.value.client != id }
        let party = clients[id]?.relyingParty
        for (number, logout) in people.logouts where logout.client == id && logout.relyingParty == nil {
            people.logouts[number] = LogoutDelivery(
                id: logout.id, client: id, subject: logout.subject, session: logout.session,
                nextAttemptAt: logout.nextAttemptAt, expiresAt: logout.expiresAt, attempts: logout.attempts,
                relyingParty: party)
        }
        return ended
    }
}
