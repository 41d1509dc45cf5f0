package import JOSE
package import OAuth
package import Storage

extension InMemoryStore: RevocationStore {
    package func revoke(_ token: TokenID, _ ended: EndedToken, recording event: AuditEvent) throws -> Bool {
        try write { contents in
            if let remembered = contents.revokedTokens[token] {
                contents.revokedTokens[token] = EndedToken(
                    until: max(remembered.until, ended.until), audience: remembered.audience ?? ended.audience)
                return false
            }
            contents.revokedTokens[token] = ended
            contents.append(event)
            return true
        }
    }

    package func advance(_ epochs: [EpochKey], recording event: AuditEvent) throws -> [EpochKey: Int64] {
        try write { contents in
            contents.append(event)
            return contents.advance(epochs, at: event.at)
        }
    }

    package func counters() throws -> [EpochKey: EpochCounter] { try read(\.epochs) }

    package func revokedTokens(at now: NumericDate) throws -> [TokenID: EndedToken] {
        try read { $0.revokedTokens.filter { now < $0.value.until } }
    }
}

extension InMemoryStore: ReplayStore {
    package func claim(_ id: String, in domain: ReplayDomain, until expiry: NumericDate) throws -> Bool {
        try write { contents in
            guard contents.claims[domain]?[id] == nil else { return false }
            contents.claims[domain, default: [:]][id] = expiry
            return true
        }
    }
}
