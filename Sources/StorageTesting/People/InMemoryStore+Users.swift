package import JOSE
package import OAuth
package import Storage

extension InMemoryStore: UserStore {
    package func insert(_ user: User, password: StoredPassword?, with effects: Effects) throws -> Insertion {
        try write { contents in
            guard !contents.isTaken(ClientID(unchecked: user.id.rawValue)), !contents.isTaken(by: user) else {
                return .exists
            }
            contents.makeWay(for: user)
            contents.people.users[user.id] = user
            contents.people.passwords[user.id] = password
            contents.record(effects)
            return .inserted
        }
    }

    package func user(_ id: Subject) throws -> User? { try read { $0.people.users[id] } }

    package func user(signingInAs name: LoginName) throws -> User? {
        try read { $0.people.users.values.first { $0.loginNames.contains(name) } }
    }

    package func users(matching search: String?, after id: Subject?, limit: Int) throws -> [User] {
        let prefix = search.map { LoginName($0)?.rawValue }
        // Looks for what no name can begin with.
        if let prefix, prefix == nil { return [] }
        return try read { contents in
            let later = contents.people.users.values.filter { user in
                guard id.map({ $0 < user.id }) ?? true else { return false }
                guard let beginning = prefix.flatMap({ $0 }) else { return true }
                return user.loginNames.contains { $0.rawValue.utf8.starts(with: beginning.utf8) }
            }
            return Array(later.sorted { $0.id < $1.id }.prefix(max(0, limit)))
        }
    }

    package func update(
        _ user: User, ending target: EndTarget?, at now: NumericDate, with effects: Effects
    ) throws -> UserChange {
        try write { contents in
            guard let stored = contents.people.users[user.id] else { return .missing }
            guard stored.version == user.version else { return .conflict }
            guard !contents.isTaken(by: user) else { return .exists }
            contents.replace(stored, by: user)
            return contents.finish(ending: target, because: user.endReason, at: now, with: effects)
        }
    }

    package func deleteUser(_ id: Subject, at now: NumericDate, with effects: Effects) throws -> UserChange {
        try write { contents in
            guard contents.people.users[id] != nil else { return .missing }
            let change = contents.finish(
                ending: .subject(id, keeping: nil), because: .accountDeleted, at: now, with: effects)
            contents.forget(user: id)
            // Where the person signed in from is theirs, and nobody needs it any more.
            for session in contents.people.sessions.values where session.session.subject == id {
                contents.people.sessions[session.session.id] = nil
                contents.people.participants[session.session.id] = nil
            }
            return change
        }
    }

    package func password(of subject: Subject) throws -> StoredPassword? { try read { $0.people.passwords[subject] } }

    package func passwords(notBeginningWith beginning: String, limit: Int) throws -> [StoredPassword] {
        try read { contents in
            Array(contents.people.passwords.values.filter { !$0.encoded.hasPrefix(beginning) }.prefix(max(0, limit)))
        }
    }

    package func setPassword(
        _ password: StoredPassword, of subject: Subject, replacing old: StoredPassword?, ending target: EndTarget?,
        at now: NumericDate, with effects: Effects
    ) throws -> UserChange {
        try write { contents in
            guard contents.people.users[subject] != nil else { return .missing }
            if let old, contents.people.passwords[subject] != old { return .conflict }
            contents.set(password, of: subject, at: now)
            return contents.finish(ending: target, because: .passwordChanged, at: now, with: effects)
        }
    }

    package func upgradePassword(
        of subject: Subject, from old: StoredPassword, to new: StoredPassword
    ) throws -> Bool {
        try write { contents in
            guard contents.people.passwords[subject] == old else { return false }
            contents.people.passwords[subject] = StoredPassword(encoded: new.encoded, changedAt: old.changedAt)
            return true
        }
    }
}

extension InMemoryStore.Contents {
    /// Whether somebody else has one of its names. Who only asked for an account keeps nobody else from it.
    func isTaken(by user: User) -> Bool {
        people.users.values.contains { other in
            other.id != user.id && (other.expiresAt == nil || user.expiresAt != nil)
                && other.loginNames.contains(where: user.loginNames.contains)
        }
    }

    fileprivate mutating func makeWay(for user: User) {
        let others = people.users.values.filter { other in
            other.id != user.id && other.expiresAt != nil && other.loginNames.contains(where: user.loginNames.contains)
        }
        for other in others { forget(user: other.id) }
        guard !others.isEmpty else { return }
        append(UnclaimedAccounts.gaveWay(others.count, to: user.id, at: user.updatedAt))
    }

    mutating func replace(_ stored: User, by user: User) {
        makeWay(for: user)
        people.users[user.id] = User(
            id: user.id, username: user.username, email: user.email, isEmailVerified: user.isEmailVerified,
            pendingEmail: user.pendingEmail, expiresAt: user.expiresAt, isEnabled: user.isEnabled,
            lockedDownAt: user.lockedDownAt, attributes: user.attributes, groups: user.groups, roles: user.roles,
            createdAt: stored.createdAt, updatedAt: user.updatedAt, version: stored.version &+ 1)
        guard !user.mayAct else { return }
        for (hash, entry) in people.links where entry.link.subject == user.id { people.links[hash]?.isVoid = true }
    }

    mutating func forget(user id: Subject) {
        people.users[id] = nil
        people.passwords[id] = nil
        people.consents = people.consents.filter { $0.key.subject != id }
        people.links = people.links.filter { $0.value.link.subject != id }
        people.browsers.removeAll { $0.subject == id }
    }

    /// Sets a password, after which no link that would set one works any more.
    mutating func set(_ password: StoredPassword, of subject: Subject, at now: NumericDate) {
        people.passwords[subject] = password
        for (hash, entry) in people.links
        where entry.link.subject == subject && entry.link.purpose != .verifyAddress {
            people.links[hash]?.isVoid = true
        }
        people.users[subject]?.expiresAt = nil
        touch(subject, at: now)
    }

    mutating func touch(_ subject: Subject, at now: NumericDate) {
        people.users[subject]?.updatedAt = now
        people.users[subject]?.version &+= 1
    }

    /// What every change of a person ends with.
    mutating func finish(
        ending target: EndTarget?, because reason: EndReason, at now: NumericDate, with effects: Effects
    ) -> UserChange {
        record(effects)
        return .done(target.map { end($0, because: reason, at: now).ended } ?? Ended())
    }
}
