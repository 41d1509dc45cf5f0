package import JOSE
package import OAuth
package import Storage

extension InMemoryStore: RegistrationStore {
    package func insert(_ token: InitialAccessToken, most: Int, recording event: AuditEvent) throws -> Bool {
        try write { contents in
            let live = contents.initialAccessTokens.values.filter { $0.expiresAt > token.createdAt }
            guard live.count < most else { return false }
            contents.initialAccessTokens[token.id] = token
            contents.append(event)
            return true
        }
    }

    package func acceptsInitialAccessToken(_ hash: TokenHash, at now: NumericDate) throws -> Bool {
        try read { contents in
            contents.initialAccessTokens.values.contains {
                $0.hash == hash && $0.usesLeft > 0 && $0.expiresAt > now
            }
        }
    }

    package func initialAccessTokens(after id: String?, limit: Int) throws -> [InitialAccessToken] {
        try read { contents in
            let later = contents.initialAccessTokens.values.filter { token in id.map { $0 < token.id } ?? true }
            return Array(later.sorted { $0.id < $1.id }.prefix(max(0, limit)))
        }
    }

    package func deleteInitialAccessToken(_ id: String, recording event: AuditEvent) throws -> Bool {
        try write { contents in
            guard contents.initialAccessTokens.removeValue(forKey: id) != nil else { return false }
            contents.append(event)
            return true
        }
    }

    package func register(
        _ client: RegisteredClient, on terms: RegistrationTerms, recording event: AuditEvent
    ) throws -> RegistrationResult {
        try write { contents in
            var spent: InitialAccessToken?
            if let hash = terms.spending {
                spent = contents.initialAccessTokens.values.first {
                    $0.hash == hash && $0.usesLeft > 0 && $0.expiresAt > terms.now
                }
                guard spent != nil else { return .tokenRefused }
            }
            let others = contents.clients.values.filter { $0.relyingParty?.isSelfRegistered ?? false }
            guard others.count < terms.maximumClients else { return .full }
            guard !contents.isTaken(client.id) else { return .exists }
            contents.clients[client.id] = client
            if let spent { contents.initialAccessTokens[spent.id]?.usesLeft -= 1 }
            contents.append(event)
            return .done
        }
    }

    package func unusedRegistrations(before date: NumericDate, limit: Int) throws -> [ClientID] {
        try read { contents in
            let people = contents.people
            let used = Set(people.consents.keys.map(\.client))
                .union(people.authorizations.values.map(\.authorization.client))
                .union(people.pending.values.map(\.client))
            return contents.clients.values.filter { client in
                client.relyingParty?.isSelfRegistered ?? false && client.createdAt < date && !used.contains(client.id)
            }.map(\.id).sorted().prefix(max(0, limit)).map { $0 }
        }
    }
}
