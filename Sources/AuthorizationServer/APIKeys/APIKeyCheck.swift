import JOSE
import OAuth
import Risk
import Storage

/// A key that is accepted at a resource, with what it is good for there. Only ``APIKeyCheck`` makes one.
struct AcceptedAPIKey: Sendable {
    let key: APIKey
    let subject: Subject
    /// The client that owns it; `nil` for a person's.
    let client: ClientID?
    /// The client's permission at the resource.
    let permission: GrantID?
    let resource: ProtectedResource
    /// What of the key's scope may be had today.
    let scope: Scope
}

/// Judges API keys: the one place that says whether a key is accepted, for introspection and token exchange alike.
struct APIKeyCheck: Sendable {
    let store: any Store
    let registry: Registry
    /// Keys never open the administration, whatever they say.
    let administration: ResourceIndicator
    let quotas: APIKeyQuotas

    /// What of a text is known before it is asked for a resource: a live key.
    ///
    /// A text without the right form and checksum is refused before the store is asked.
    func key(_ secret: Secret, at now: NumericDate) async throws -> APIKey {
        guard let text = APIKeyText(secret) else { throw APIKeyRefusal(.malformed) }
        guard let key = try await store.apiKey(TokenHash(of: text.secret)) else { throw APIKeyRefusal(.unknown) }
        if key.isHoney { throw APIKeyRefusal(.honey, key) }
        if key.isQuarantined { throw APIKeyRefusal(.leaked, key) }
        guard key.endedAt == nil else { throw APIKeyRefusal(.ended, key) }
        guard key.isLive(at: now) else { throw APIKeyRefusal(.expired, key) }
        return key
    }

    /// What the key may do at the resource, for a caller at `address`, if that is known.
    func accept(
        _ key: APIKey, at identifier: ResourceIndicator, from address: String?
    ) async throws -> AcceptedAPIKey {
        guard let given = key.resourceScopes[identifier], identifier != administration else {
            throw APIKeyRefusal(.resourceWrong, key, found: "at \(identifier)")
        }
        guard Self.isInside(key.networks, address) else {
            throw APIKeyRefusal(.networkWrong, key, found: "from \(address ?? "an address that nobody told")")
        }
        guard let resource = try await registry.resource(identifiedBy: identifier), resource.isEnabled else {
            throw APIKeyRefusal(.permissionEnded, key, found: "at \(identifier)")
        }
        var scope = given.intersection(resource.scope)
        let subject: Subject
        var client: ClientID?
        var permission: GrantID?
        switch key.owner {
        case .person(let person):
            guard try await store.user(person)?.mayAct == true else { throw APIKeyRefusal(.ownerEnded, key) }
            subject = person
        case .client(let id):
            guard case .client(let owner)? = try await registry.owner(id), owner.isEnabled else {
                throw APIKeyRefusal(.ownerEnded, key)
            }
            // A program's key is never worth more than what the program may have itself.
            guard let grant = try await registry.grants(of: id).first(where: { $0.resource == identifier }) else {
                throw APIKeyRefusal(.permissionEnded, key, found: "at \(identifier)")
            }
            scope = scope.intersection(grant.scope)
            subject = grant.subject
            client = id
            permission = grant.id
        case .nobody: throw APIKeyRefusal(.honey, key)
        }
        guard !scope.isEmpty else { throw APIKeyRefusal(.permissionEnded, key, found: "at \(identifier)") }
        return AcceptedAPIKey(
            key: key, subject: subject, client: client, permission: permission, resource: resource, scope: scope)
    }

    /// Counts one use. When it was last used is written at most once a minute, and what keeps that from being written
    /// keeps nobody out.
    /// - Parameter isCounted: `false` where an earlier use only goes on: a quota that is used up ends nothing.
    func use(_ key: APIKey, isCounted: Bool = true, at now: NumericDate) async throws {
        if isCounted, let quota = key.quota {
            guard let last = try await newest(after: key) else {
                throw APIKeyRefusal(.quotaUsed, key, retryAfter: quota.period)
            }
            if let seconds = quotas.take(quota, of: last, at: now) {
                throw APIKeyRefusal(.quotaUsed, key, retryAfter: seconds)
            }
        }
        guard key.lastUsedAt.map({ $0 + .seconds(APIKey.touchInterval) <= now }) ?? true else { return }
        try? await store.touchAPIKey(key.id, at: now)
    }

    /// Successors of a key, each of the one before, that are followed; nobody needs as many while the key is good.
    private static let longestLine = 100

    /// The key that took the place of this one, of its successor and so on, or the key itself; `nil` if there are too
    /// many.
    private func newest(after key: APIKey) async throws -> GrantID? {
        var last = key.id
        var successor = key.successor
        for _ in 0..<Self.longestLine {
            guard let next = successor else { return last }
            last = next
            successor = try await store.apiKey(next)?.successor
        }
        return nil
    }

    /// Whether the address is in one of the networks; where it is not known, only a key without networks is accepted.
    static func isInside(_ networks: [String], _ address: String?) -> Bool {
        guard !networks.isEmpty else { return true }
        guard let address = address.flatMap({ IPAddress($0) }) else { return false }
        return networks.contains { AddressRange($0)?.contains(address) ?? false }
    }
}
