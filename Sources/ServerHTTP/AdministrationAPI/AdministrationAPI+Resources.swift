import AuthorizationServer
import JOSE
import OAuth
import Storage

extension AdministrationAPI {
    func listResources(_ call: AdministrationCall) async throws -> ServerResponse {
        let limit = try call.query.limit()
        let page = try await administration.resources(
            after: try call.query.identifier("after"), limit: limit, by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("resources") { writer in
                    Representation.array(page, to: &writer) {
                        Representation.resource($0, isBuiltIn: administration.isBuiltIn($0), &$1)
                    }
                }
                if page.count == limit { writer.member("next", page.last?.id.rawValue) }
            })
    }

    func createResource(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let draft = ResourceDraft(
            id: body.string("id"), identifier: body.string("identifier"), name: body.string("name"),
            credentials: body.credentialsDraft(), scope: body.string("scope"),
            scopeDescriptions: body.scopeDescriptions(), tokenFormat: body.string("token_format"),
            accessTokenLifetime: body.integer("access_token_lifetime"),
            signingAlgorithm: body.string("signing_algorithm"), problems: body.finish())
        let created = try await administration.createResource(draft, by: call.administrator, at: call.now)
        var response = Self.versioned(
            Representation.object { writer in
                Representation.resource(created.value, isBuiltIn: false, &writer)
                writer.member("client_secret", created.secret?.revealedValue)
            }, created.value.version, status: 201)
        response.headers.append("location", "/admin/v1/resources/\(created.value.id)")
        return response
    }

    func getResource(_ call: AdministrationCall) async throws -> ServerResponse {
        answer(try await administration.resource(try call.identifier(), by: call.administrator, at: call.now))
    }

    func updateResource(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let version = body.expectedVersion(call.matchedVersion)
        let change = ResourceChange(
            name: body.string("name"), isEnabled: body.bool("enabled"), credentials: body.credentialsChange(),
            scope: body.string("scope"), scopeDescriptions: body.scopeDescriptions(),
            tokenFormat: body.string("token_format"), accessTokenLifetime: body.integer("access_token_lifetime"),
            signingAlgorithm: body.string("signing_algorithm"), problems: body.finish())
        return answer(
            try await administration.updateResource(
                try call.identifier(), with: change, expecting: version, by: call.administrator, at: call.now))
    }

    func deleteResource(_ call: AdministrationCall) async throws -> ServerResponse {
        try await administration.deleteResource(
            try call.identifier(), expecting: call.matchedVersion, by: call.administrator, at: call.now)
        return Self.doneWithoutContent()
    }

    func createResourceSecret(_ call: AdministrationCall) async throws -> ServerResponse {
        let overlap = try call.overlap()
        let new = try await administration.addResourceSecret(
            try call.identifier(), endingOthersIn: overlap, by: call.administrator, at: call.now)
        return Self.done(Representation.newSecret(new), status: 201)
    }

    func deleteResourceSecret(_ call: AdministrationCall) async throws -> ServerResponse {
        try await administration.removeResourceSecret(
            call.parameters.last ?? "", of: try call.identifier(), by: call.administrator, at: call.now)
        return Self.doneWithoutContent()
    }

    func revokeResourceTokens(_ call: AdministrationCall) async throws -> ServerResponse {
        let id: ClientID = try call.identifier()
        let epoch = try await administration.revokeResourceTokens(id, by: call.administrator, at: call.now)
        return Self.done(Representation.epoch("resource", id.rawValue, epoch))
    }

    private func answer(_ resource: ProtectedResource) -> ServerResponse {
        Self.versioned(
            Representation.object {
                Representation.resource(resource, isBuiltIn: administration.isBuiltIn(resource), &$0)
            }, resource.version)
    }
}

extension BodyReader {
    fileprivate mutating func scopeDescriptions() -> [String: ScopeDescription]? {
        guard let json = object("scope_descriptions") else { return nil }
        guard let descriptions = [String: ScopeDescription](scopes: json) else {
            adopt([Problem("scope_descriptions", "must be an object of objects with text and translations")])
            return nil
        }
        return descriptions
    }
}
