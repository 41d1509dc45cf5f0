package import JOSE
package import OAuth
package import Storage

extension InMemoryStore: SessionStore {
    package func insert(
        _ session: Session, replacing old: SessionID?, knowing browser: KnownBrowser?, asOf version: Int64?,
        keeping most: Int, with effects: Effects
    ) throws -> Ended? {
        try write { contents in
            let now = session.createdAt
            guard let user = contents.people.users[session.subject], user.mayAct else { return nil }
            if let version, user.version != version { return nil }
            let carried = old.flatMap { contents.liveSession($0, at: now) }
                .flatMap { $0.subject == session.subject ? $0.id : nil }
            guard contents.people.sessions[session.id] == nil || session.id == carried else { return nil }
            var ended = Ended()
            if let carried {
                if carried != session.id { ended = contents.carry(carried, to: session.id, at: now) }
            } else if let old {
                ended = contents.end(.session(old), because: .replaced, at: now).ended
            }
            contents.people.sessions[session.id] = SessionEntry(session: session)
            if carried != session.id { ended.add(contents.makeRoom(beside: session, keeping: most)) }
            if let browser { contents.know(browser) }
            contents.record(effects)
            return ended
        }
    }

    package func session(_ hash: TokenHash, at now: NumericDate) throws -> Session? {
        try read { contents in
            guard let found = contents.people.sessions.values.first(where: { $0.session.hash == hash }) else {
                return nil
            }
            return contents.liveSession(found.session.id, at: now)
        }
    }

    package func session(_ id: SessionID, at now: NumericDate) throws -> Session? {
        try read { $0.liveSession(id, at: now) }
    }

    package func sessions(of subject: Subject, at now: NumericDate) throws -> [Session] {
        try read { contents in
            contents.people.sessions.keys.compactMap { contents.liveSession($0, at: now) }
                .filter { $0.subject == subject }
                .sorted { $0.createdAt == $1.createdAt ? $0.id < $1.id : $0.createdAt > $1.createdAt }
        }
    }

    package func touch(_ id: SessionID, at now: NumericDate) throws {
        try write { contents in
            guard let session = contents.liveSession(id, at: now) else { return }
            contents.people.sessions[id]?.session.lastSeenAt = max(session.lastSeenAt, now)
        }
    }
}

extension InMemoryStore: KnownBrowserStore {
    package func isKnown(_ browser: TokenHash, to subject: Subject) throws -> Bool {
        try read { contents in
            contents.people.browsers.contains { $0.subject == subject && $0.hash == browser }
        }
    }

    package func browsers(of subject: Subject) throws -> [KnownBrowser] {
        try read { contents in
            contents.people.browsers.filter { $0.subject == subject }.sorted { $0.lastSeenAt > $1.lastSeenAt }
        }
    }

    package func forgetBrowsers(of subject: Subject, keeping browser: TokenHash?) throws {
        try write { contents in
            contents.people.browsers.removeAll { $0.subject == subject && $0.hash != browser }
        }
    }
}

extension InMemoryStore.Contents {
    /// Lets what was given in one session go on in another, and ends the first.
    fileprivate mutating func carry(_ old: SessionID, to new: SessionID, at now: NumericDate) -> Ended {
        people.sessions[old]?.end = (now, .replaced)
        for (id, entry) in people.authorizations where entry.end == nil && entry.authorization.session == old {
            people.authorizations[id]?.authorization.session = new
        }
        people.participants[new] = people.participants.removeValue(forKey: old)
        return Ended(sessions: [old])
    }

    /// Ends what was used longest ago, beyond so many.
    fileprivate mutating func makeRoom(beside new: Session, keeping most: Int) -> Ended {
        let others = people.sessions.keys.compactMap { liveSession($0, at: new.createdAt) }
            .filter { $0.subject == new.subject && $0.id != new.id }
            .sorted { ($0.lastSeenAt, $0.createdAt, $0.id) > ($1.lastSeenAt, $1.createdAt, $1.id) }
        var ended = Ended()
        for old in others.dropFirst(max(1, most) - 1).prefix(Session.endedAtOnce) {
            ended.add(end(.session(old.id), because: .replaced, at: new.createdAt).ended)
        }
        return ended
    }

    fileprivate mutating func know(_ browser: KnownBrowser) {
        people.browsers.removeAll { $0.subject == browser.subject && $0.hash == browser.hash }
        people.browsers.append(browser)
        let known = people.browsers.filter { $0.subject == browser.subject }.sorted { $0.lastSeenAt < $1.lastSeenAt }
        let surplus = known.prefix(max(0, known.count - KnownBrowser.maximumPerSubject)).map(\.hash)
        people.browsers.removeAll { $0.subject == browser.subject && surplus.contains($0.hash) }
    }
}
