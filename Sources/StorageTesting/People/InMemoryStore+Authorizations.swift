package import JOSE
package import OAuth
package import Storage

extension InMemoryStore: AuthorizationStore {
    package func insert(
        _ authorization: Authorization, code: AuthorizationCode, under terms: AuthorizationTerms, with effects: Effects
    ) throws -> Ended? {
        try write { contents in
            let now = authorization.createdAt
            guard contents.clients[authorization.client]?.isEnabled ?? false, contents.mayAct(authorization.subject),
                contents.liveSession(authorization.session, at: now)?.subject == authorization.subject,
                contents.stand(terms.basis)
            else { return nil }
            if terms.demandsConsent {
                let key = ConsentKey(subject: authorization.subject, client: authorization.client)
                guard contents.people.consents[key]?.covers(authorization) ?? false else { return nil }
            }
            guard code.grant == authorization.id, contents.people.authorizations[authorization.id] == nil,
                contents.people.codes[code.hash] == nil
            else { throw StoreError.failed("there is an authorization \(authorization.id) already") }
            if let pending = terms.pending {
                guard let request = contents.people.pending[pending], now < request.expiresAt else { return nil }
                contents.people.pending[pending] = nil
            }
            let ended = contents.makeRoom(for: authorization, under: terms)
            contents.people.authorizations[authorization.id] = AuthorizationEntry(authorization: authorization)
            contents.people.codes[code.hash] = CodeEntry(code: code)
            contents.people.participants[authorization.session, default: []].insert(authorization.client)
            contents.record(effects)
            return ended
        }
    }

    package func code(_ hash: TokenHash) throws -> CodeRecord? {
        try read { contents in
            guard let entry = contents.people.codes[hash],
                let authorization = contents.people.authorizations[entry.code.grant]
            else { return nil }
            let isOffline = authorization.authorization.isOffline
            let session = isOffline ? nil : contents.people.sessions[authorization.authorization.session]
            return CodeRecord(
                code: entry.code, authorization: authorization.authorization, isSpent: entry.isSpent,
                isEnded: authorization.end != nil,
                sessionSeenAt: session.flatMap { $0.end == nil ? $0.session.lastSeenAt : nil },
                consent: contents.consent(behind: authorization.authorization))
        }
    }

    package func redeem(
        _ hash: TokenHash, on ground: GrantGround?, starting family: RefreshFamily?, at now: NumericDate
    ) throws -> Redemption {
        try write { contents in
            guard let entry = contents.people.codes[hash],
                let authorization = contents.people.authorizations[entry.code.grant]
            else { return .missing }
            guard !entry.isSpent else { return .replayed }
            guard now < entry.code.expiresAt else { return .missing }
            guard contents.isAlive(authorization, at: now), contents.mayAct(authorization.authorization.subject),
                contents.liveSession(authorization.authorization.session, at: now) != nil
            else { return .ended }
            guard ground == nil || ground == contents.ground(of: authorization.authorization) else { return .changed }
            if let family {
                guard family.grant == entry.code.grant, contents.people.families[family.grant] == nil else {
                    throw StoreError.failed("a refresh family of another authorization")
                }
                contents.people.families[family.grant] = family
            }
            contents.people.codes[hash]?.isSpent = true
            return .redeemed
        }
    }

    package func authorization(_ id: GrantID) throws -> Authorization? {
        try read { contents in
            guard let entry = contents.people.authorizations[id], entry.end == nil else { return nil }
            return entry.authorization
        }
    }

    package func authorizations(of subject: Subject, at now: NumericDate) throws -> [Authorization] {
        try read { contents in
            contents.people.authorizations.values
                .filter { $0.authorization.subject == subject && contents.isAlive($0, at: now) }.map(\.authorization)
                .filter { contents.sessionStands(for: $0, at: now) }
                .sorted { left, right in
                    guard left.client == right.client else { return left.client < right.client }
                    return left.createdAt == right.createdAt ? left.id < right.id : left.createdAt > right.createdAt
                }
        }
    }

    package func clients(givenBy subject: Subject) throws -> [ClientID] {
        try read { contents in
            let given = contents.people.authorizations.values.filter {
                $0.authorization.subject == subject && $0.end == nil
            }
            return Set(given.map(\.authorization.client)).sorted()
        }
    }

    package func clients(inSession id: SessionID) throws -> [ClientID] {
        try read { $0.people.participants[id, default: []].sorted() }
    }

    package func endReason(of grant: GrantID) throws -> EndReason? {
        try read { $0.people.authorizations[grant]?.end?.reason }
    }
}

extension InMemoryStore: ConsentStore {
    package func consent(of subject: Subject, to client: ClientID) throws -> Consent? {
        try read { $0.people.consents[ConsentKey(subject: subject, client: client)] }
    }

    package func consents(of subject: Subject) throws -> [Consent] {
        try read { contents in
            contents.people.consents.values.filter { $0.subject == subject }.sorted { $0.client < $1.client }
        }
    }

    package func give(_ consent: Consent, with effects: Effects) throws {
        try write { contents in
            try contents.remember(consent)
            contents.record(effects)
        }
    }
}

extension InMemoryStore.Contents {
    /// Replaces what was agreed before.
    mutating func remember(_ consent: Consent) throws {
        guard people.users[consent.subject] != nil else { throw StoreError.failed("a consent of nobody") }
        let key = InMemoryStore.ConsentKey(subject: consent.subject, client: consent.client)
        people.consents[key] = consent
    }
}
