package import JOSE
package import OAuth
import Storage

extension AccountArea {
    /// Events in one download; of more, the newest.
    package static let maximumEvents = 10_000

    /// All that is stored about the person, as JSON: no secret and no hash of one.
    package func data(at now: NumericDate) async throws -> [UInt8] {
        let sessions = try await store.sessions(of: user.id, at: now)
        let browsers = try await store.browsers(of: user.id)
        let links = try await store.mailLinks(to: user.id, at: now)
        let consents = try await store.consents(of: user.id)
        let authorizations = try await store.authorizations(of: user.id, at: now)
        let keys = try await store.apiKeys(of: .person(user.id))
        let (events, areMore) = try await latestEvents()
        _ = try await store.append([event("account.data_downloaded", at: now)])
        return JSONObject([
            ("issuer", .string(provider.issuer.rawValue)), ("exported_at", .string(now.utcText)),
            ("account", .object(account)), ("sessions", .array(sessions.map { .object($0.exported) })),
            ("known_browsers", .array(browsers.map { .object($0.exported) })),
            ("mail_links", .array(links.map { .object($0.exported) })),
            ("consents", .array(consents.map { .object($0.exported) })),
            ("authorizations", .array(authorizations.map { .object($0.exported) })),
            ("api_keys", .array(keys.map { .object($0.exported(at: now)) })),
            ("activity", .array(events.map { .object(exported($0)) })), ("activity_truncated", .bool(areMore)),
        ]).jsonBytes
    }

    /// What happened to the account, newest first, and whether there is more than that.
    private func latestEvents() async throws -> (events: [AuditEvent], areMore: Bool) {
        let page = 1000
        var query = AuditQuery(target: "user:\(user.id)", limit: page, newestFirst: true)
        var events: [AuditEvent] = []
        while events.count <= Self.maximumEvents {
            let found = try await store.events(query)
            events += found
            guard found.count == page, let oldest = found.last else { break }
            query.afterID = oldest.id
        }
        return (Array(events.prefix(Self.maximumEvents)), events.count > Self.maximumEvents)
    }

    private var account: JSONObject {
        JSONObject([
            ("id", .string(user.id.rawValue)), ("username", .string(user.username.rawValue)),
            ("email", user.email.map { .string($0.rawValue) } ?? .null),
            ("email_verified", .bool(user.isEmailVerified)),
            ("pending_email", user.pendingEmail.map { .string($0.rawValue) } ?? .null),
            ("attributes", .object(user.attributes)), ("groups", .array(user.groups.map(JSONValue.string))),
            ("roles", .array(user.roles.map(JSONValue.string))), ("created_at", .string(user.createdAt.utcText)),
            ("updated_at", .string(user.updatedAt.utcText)),
        ])
    }

    /// An operator's name and address are not the person's data.
    private func exported(_ event: AuditEvent) -> JSONObject {
        let isOwn = event.actor == "user:\(user.id)" || event.actor == "anonymous"
        return JSONObject([
            ("at", .string(event.at.utcText)), ("action", .string(event.action)),
            ("outcome", .string(event.outcome.rawValue)), ("count", .integer(event.count)),
            ("address", .string(isOwn ? event.address : "")), ("detail", .string(event.detail)),
        ])
    }

    /// Removes the account with all that is stored in it. The audit log keeps what happened, under the random id.
    package func delete(password: Secret, at now: NumericDate) async throws -> AccountOutcome {
        if let refusal = try await refusal(of: password, on: "account.deletion", at: now) { return refusal }
        let effects = Effects(
            [event("account.deleted", at: now)],
            mails: try provider.notices(.accountDeleted(.init(browser, at: now)), to: user, at: now))
        return outcome(of: try await store.deleteUser(user.id, at: now, with: effects), at: now)
    }
}

extension Session {
    fileprivate var exported: JSONObject {
        JSONObject([
            ("id", .string(id.rawValue)), ("signed_in_at", .string(authenticatedAt.utcText)),
            ("last_seen_at", .string(lastSeenAt.utcText)), ("expires_at", .string(expiresAt.utcText)),
            ("address", .string(address)), ("browser", .string(userAgent)),
        ])
    }
}

extension KnownBrowser {
    /// All but the hash: nothing else is stored.
    fileprivate var exported: JSONObject { JSONObject([("last_seen_at", .string(lastSeenAt.utcText))]) }
}

extension MailLink {
    /// That there is such a link; whoever has the mail has the link itself.
    fileprivate var exported: JSONObject {
        let word =
            switch purpose {
            case .verifyAddress: "verify_address"
            case .resetPassword: "reset_password"
            case .invitation: "invitation"
            }
        return JSONObject([
            ("purpose", .string(word)), ("created_at", .string(createdAt.utcText)),
            ("expires_at", .string(expiresAt.utcText)),
        ])
    }
}

extension Consent {
    fileprivate var exported: JSONObject {
        JSONObject([
            ("client", .string(client.rawValue)), ("given_at", .string(givenAt.utcText)),
            ("updated_at", .string(updatedAt.utcText)), ("scope", .string(identityScope.description)),
            ("resources", .object(resourceScopes.exported)),
        ])
    }
}

extension Authorization {
    fileprivate var exported: JSONObject {
        JSONObject([
            ("id", .string(id.rawValue)), ("client", .string(client.rawValue)),
            ("created_at", .string(createdAt.utcText)), ("expires_at", .string(expiresAt.utcText)),
            ("offline", .bool(isOffline)), ("scope", .string(identityScope.description)),
            ("resources", .object(resourceScopes.exported)),
        ])
    }
}

extension APIKey {
    /// All but the hash.
    fileprivate func exported(at now: NumericDate) -> JSONObject {
        JSONObject([
            ("id", .string(id.rawValue)), ("name", .string(name)), ("state", .string(state(at: now).rawValue)),
            ("resources", .object(resourceScopes.exported)), ("networks", .array(networks.map(JSONValue.string))),
            ("created_at", .string(createdAt.utcText)), ("expires_at", Self.text(expiresAt)),
            ("last_used_at", Self.text(lastUsedAt)), ("ended_at", Self.text(endedAt)),
        ])
    }

    private static func text(_ date: NumericDate?) -> JSONValue { date.map { .string($0.utcText) } ?? .null }
}

extension [ResourceIndicator: Scope] {
    fileprivate var exported: JSONObject {
        JSONObject(
            sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key.rawValue, .string($0.value.description)) })
    }
}
