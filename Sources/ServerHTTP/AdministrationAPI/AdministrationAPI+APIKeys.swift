import AuthorizationServer
import JOSE
import OAuth
import Storage

/// API keys of people and programs, and honey keys.
extension AdministrationAPI {
    func listAPIKeys(_ call: AdministrationCall) async throws -> ServerResponse {
        let limit = try call.query.limit()
        let after: GrantID? = try call.query.identifier("after")
        let page = try await administration.apiKeys(
            after: after?.rawValue, limit: limit, by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("api_keys") {
                    Representation.array(page, to: &$0) { Representation.apiKey($0, at: call.now, &$1) }
                }
                if page.count == limit { writer.member("next", page.last?.id.rawValue) }
            })
    }

    func showAPIKey(_ call: AdministrationCall) async throws -> ServerResponse {
        let key = try await administration.apiKey(try call.identifier(), by: call.administrator, at: call.now)
        return Self.done(Representation.object { Representation.apiKey(key, at: call.now, &$0) })
    }

    func createAPIKey(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let owner = APIKeyOwnerDraft(
            user: body.string("user"), client: body.string("client"), isHoney: body.bool("honey") ?? false)
        var draft = APIKeyDraft(
            name: body.string("name"), networks: body.strings("networks") ?? [],
            lifetime: body.integer("expires_in"), isEndless: body.bool("endless") ?? false,
            quotaUses: body.integer("quota"), quotaPeriod: body.integer("quota_period"),
            isDirect: body.bool("direct") ?? true)
        let permissions = body.object("permissions")
        draft.permissions = (permissions?.members ?? []).map { name, scope in
            PermissionDraft(resource: name, scope: scope.string)
        }
        draft.problems = body.finish()
        let new = try await administration.createKey(draft, for: owner, by: call.administrator, at: call.now)
        return Self.shown(new, at: call.now)
    }

    func rerollAPIKey(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let overlap = body.integer("overlap")
        let problems = body.finish()
        guard problems.isEmpty else { throw AdministrationError.invalid(problems) }
        let new = try await administration.rerollKey(
            try call.identifier(), overlap: overlap, by: call.administrator, at: call.now)
        return Self.shown(new, at: call.now)
    }

    func endAPIKey(_ call: AdministrationCall) async throws -> ServerResponse {
        try await administration.endKey(try call.identifier(), by: call.administrator, at: call.now)
        return Self.doneWithoutContent()
    }

    func reportAPIKey(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let text = body.string("api_key")
        let problems = body.finish()
        guard problems.isEmpty, let text else {
            throw AdministrationError.invalid(problems.isEmpty ? [Problem("api_key", "is required")] : problems)
        }
        let isKnown = try await administration.reportKey(Secret(text), by: call.administrator, at: call.now)
        return Self.done(Representation.object { $0.member("known", isKnown) })
    }

    /// The only time that anybody sees the key.
    private static func shown(_ new: NewAPIKey, at now: NumericDate) -> ServerResponse {
        done(
            Representation.object { writer in
                Representation.apiKey(new.stored, at: now, &writer)
                writer.member("api_key", new.secret.revealedValue)
            }, status: 201)
    }
}

extension Representation {
    fileprivate static func apiKey(_ key: APIKey, at now: NumericDate, _ writer: inout JSONWriter) {
        writer.member("id", key.id.rawValue)
        writer.member("name", key.name)
        switch key.owner {
        case .person(let subject): writer.member("user", subject.rawValue)
        case .client(let client): writer.member("client", client.rawValue)
        case .nobody: break
        }
        writer.member("honey", key.isHoney)
        writer.member("state", key.state(at: now).rawValue)
        writer.member("permissions") { permissions in
            permissions.beginObject()
            for (resource, scope) in key.resourceScopes.sorted(by: { $0.key < $1.key }) {
                permissions.name(resource.rawValue)
                permissions.value(scope.description)
            }
            permissions.endObject()
        }
        writer.member("networks", key.networks)
        if let quota = key.quota {
            writer.member("quota", quota.uses)
            writer.member("quota_period", quota.period)
        }
        writer.member("direct", key.isDirect)
        writer.member("created_at", key.createdAt)
        if let end = key.expiresAt { writer.member("expires_at", end) }
        if let moment = key.lastUsedAt { writer.member("last_used_at", moment) }
        if let end = key.endedAt { writer.member("ended_at", end) }
        writer.member("successor", key.successor?.rawValue)
    }
}
