package import JOSE
package import OAuth
package import Storage

extension InMemoryStore: APIKeyStore {
    package func insert(_ key: APIKey, most: Int, with effects: Effects) throws -> APIKeyInsertion {
        try write { contents in
            guard contents.mayOwnKeys(key) else { return .missing }
            let live = contents.keysOfOwners.values.filter { $0.owner == key.owner && $0.isLive(at: key.createdAt) }
            guard live.count < most else { return .full }
            contents.keysOfOwners[key.id] = key
            contents.record(effects)
            return .done
        }
    }

    package func apiKey(_ hash: TokenHash) throws -> APIKey? {
        try read { contents in contents.keysOfOwners.values.first { $0.hash == hash } }
    }

    package func apiKey(_ id: GrantID) throws -> APIKey? { try read { $0.keysOfOwners[id] } }

    package func apiKeys(of owner: APIKeyOwner) throws -> [APIKey] {
        try read { contents in
            contents.keysOfOwners.values.filter { $0.owner == owner }
                .sorted { ($1.createdAt, $0.id) < ($0.createdAt, $1.id) }
        }
    }

    package func apiKeys(after id: GrantID?, limit: Int) throws -> [APIKey] {
        try read { contents in
            let later = contents.keysOfOwners.values.filter { key in id.map { $0 < key.id } ?? true }
            return Array(later.sorted { $0.id < $1.id }.prefix(max(0, limit)))
        }
    }

    package func reroll(
        _ id: GrantID, to successor: APIKey, until end: NumericDate, most: Int, with effects: Effects
    ) throws -> APIKeyReroll {
        try write { contents in
            guard let key = contents.keysOfOwners[id], contents.mayOwnKeys(successor) else { return .missing }
            guard key.successor == nil else { return .rerolled }
            let now = successor.createdAt
            guard key.isQuarantined || key.isLive(at: now) else { return .ended }
            if !key.isLive(at: now) || end > now {
                let counted = contents.keysOfOwners.values.filter { other in
                    other.owner == successor.owner && other.isLive(at: now)
                        && (other.successor != nil || !key.isLive(at: now))
                }
                guard counted.count < most else { return .full }
            }
            contents.keysOfOwners[id]?.successor = successor.id
            contents.keysOfOwners[id]?.expiresAt = key.expiresAt.map { min($0, end) } ?? end
            contents.keysOfOwners[successor.id] = successor
            contents.record(effects)
            return .done
        }
    }

    package func touchAPIKey(_ id: GrantID, at now: NumericDate) throws {
        try write { contents in
            guard let key = contents.keysOfOwners[id] else { return }
            if let last = key.lastUsedAt, now < last + .seconds(APIKey.touchInterval) { return }
            contents.keysOfOwners[id]?.lastUsedAt = now
        }
    }
}

extension InMemoryStore.Contents {
    /// Whether the owner is there and may act, and every resource is registered.
    fileprivate func mayOwnKeys(_ key: APIKey) -> Bool {
        let mayAct =
            switch key.owner {
            case .person(let subject): people.users[subject]?.mayAct ?? false
            case .client(let client): clients[client]?.isEnabled ?? false
            case .nobody: true
            }
        let known = Set(resources.values.map(\.identifier))
        return mayAct && key.resourceScopes.keys.allSatisfy(known.contains)
    }

    /// Ends the keys that go with a target; an account that is deleted leaves no name behind in them.
    mutating func endKeys(of target: EndTarget, because reason: EndReason, at now: NumericDate) -> [GrantID] {
        if reason == .accountDeleted, case .subject(let subject, _) = target {
            for (id, key) in keysOfOwners where key.owner == .person(subject) {
                keysOfOwners[id] = key.renamed("")
            }
        }
        let ended = keysOfOwners.values.filter { $0.endedAt == nil && target.takes($0, because: reason) }
            .map(\.id).sorted()
        for id in ended { endKey(id, because: reason, at: now) }
        return ended
    }

    mutating func endKey(_ id: GrantID, because reason: EndReason, at now: NumericDate) {
        keysOfOwners[id]?.endedAt = now
        keysOfOwners[id]?.endReason = reason
    }
}

extension EndTarget {
    fileprivate func takes(_ key: APIKey, because reason: EndReason) -> Bool {
        switch self {
        case .key(let id): key.id == id
        case .subject(let subject, _): reason.endsKeys && key.owner == .person(subject)
        case .client(let client): reason.endsKeys && key.owner == .client(client)
        case .resource(let resource): key.resourceScopes[resource] != nil
        case .session, .grant, .application: false
        }
    }
}

extension APIKey {
    fileprivate func renamed(_ name: String) -> APIKey {
        var key = APIKey(
            id: id, hash: hash, owner: owner, name: name, resourceScopes: resourceScopes, networks: networks,
            quota: quota, isDirect: isDirect, createdAt: createdAt, expiresAt: expiresAt)
        key.lastUsedAt = lastUsedAt
        key.successor = successor
        key.endedAt = endedAt
        key.endReason = endReason
        return key
    }
}
