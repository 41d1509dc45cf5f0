package import JOSE
package import OAuth
package import Storage

extension InMemoryStore: MailLinkStore {
    package func insert(_ link: MailLink, perHour: Int, with effects: Effects) throws -> Bool {
        try write { contents in
            guard contents.people.users[link.subject] != nil else { return false }
            let earlier = contents.people.links.filter {
                $0.value.link.subject == link.subject && $0.value.link.purpose == link.purpose
            }
            let recent = earlier.values.count { link.createdAt - .seconds(3600) < $0.link.createdAt }
            guard recent < perHour else { return false }
            for hash in earlier.keys { contents.people.links[hash]?.isVoid = true }
            contents.people.links[link.hash] = LinkEntry(link: link)
            contents.record(effects)
            return true
        }
    }

    package func mailLink(
        _ hash: TokenHash, for purpose: MailLink.Purpose, at now: NumericDate
    ) throws -> MailLink? {
        try read { $0.link(hash, for: purpose, at: now) }
    }

    package func mailLinks(
        for purpose: MailLink.Purpose, after subject: Subject?, limit: Int, at now: NumericDate
    ) throws -> [MailLink] {
        try read { contents in
            let links = contents.people.links.keys.compactMap { contents.link($0, for: purpose, at: now) }
                .filter { link in subject.map { $0 < link.subject } ?? true }
            return Array(links.sorted { $0.subject < $1.subject }.prefix(max(0, limit)))
        }
    }

    package func mailLinks(to subject: Subject, at now: NumericDate) throws -> [MailLink] {
        try read { contents in
            contents.people.links.values.filter { !$0.isVoid }.map(\.link)
                .filter { $0.subject == subject && now < $0.expiresAt }
                .sorted {
                    guard $0.createdAt == $1.createdAt else { return $0.createdAt < $1.createdAt }
                    return $0.purpose.rawValue < $1.purpose.rawValue
                }
        }
    }

    package func withdrawLinks(
        of subject: Subject, for purpose: MailLink.Purpose, at now: NumericDate, with effects: Effects
    ) throws -> Bool {
        try write { contents in
            let hashes = contents.people.links.filter {
                $0.value.link.subject == subject && $0.value.link.purpose == purpose && !$0.value.isVoid
                    && now < $0.value.link.expiresAt
            }.keys
            guard !hashes.isEmpty else { return false }
            for hash in hashes { contents.people.links[hash]?.isVoid = true }
            contents.record(effects)
            return true
        }
    }

    package func verifyAddress(
        spending hash: TokenHash, at now: NumericDate, with effects: Effects
    ) throws -> Subject? {
        try write { contents in
            guard let link = contents.link(hash, for: .verifyAddress, at: now) else { return nil }
            guard let user = contents.people.users[link.subject] else { return nil }
            var proven = user.proving(link.email)
            guard !contents.isTaken(by: proven) else { return nil }
            proven.updatedAt = now
            contents.people.links[hash]?.isVoid = true
            contents.replace(user, by: proven)
            contents.record(effects)
            return link.subject
        }
    }

    package func setPassword(
        _ password: StoredPassword, spending hash: TokenHash, for purpose: MailLink.Purpose, at now: NumericDate,
        with effects: Effects
    ) throws -> UserChange {
        try write { contents in
            guard purpose != .verifyAddress, let link = contents.link(hash, for: purpose, at: now) else {
                return .missing
            }
            // A link that an administrator handed over says nothing of the mailbox.
            if link.isMailed { contents.people.users[link.subject]?.isEmailVerified = true }
            contents.set(password, of: link.subject, at: now)
            return contents.finish(
                ending: .subject(link.subject, keeping: nil), because: .passwordChanged, at: now, with: effects)
        }
    }
}

extension InMemoryStore.Contents {
    /// A link that still works.
    fileprivate func link(_ hash: TokenHash, for purpose: MailLink.Purpose, at now: NumericDate) -> MailLink? {
        guard let entry = people.links[hash], !entry.isVoid, entry.link.purpose == purpose,
            now < entry.link.expiresAt, let user = people.users[entry.link.subject], user.mayAct,
            user.email == entry.link.email
                || (purpose == .verifyAddress && user.pendingEmail == entry.link.email)
        else { return nil }
        return entry.link
    }
}
