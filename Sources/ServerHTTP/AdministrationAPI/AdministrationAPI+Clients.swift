import AuthorizationServer
import JOSE
import OAuth
import Storage

extension BodyReader {
    mutating func credentialsDraft() -> CredentialsDraft {
        CredentialsDraft(
            method: string("authentication_method"), keySet: object("jwks"), keySetURL: string("jwks_uri"),
            assertionAlgorithm: string("assertion_algorithm"))
    }

    mutating func credentialsChange() -> CredentialsChange {
        CredentialsChange(
            keySet: object("jwks"), keySetURL: string("jwks_uri"),
            assertionAlgorithm: replacement("assertion_algorithm"))
    }

    /// The version that a change was made from: in the header, in the body, or not said.
    mutating func expectedVersion(_ matched: Int64?) -> Int64? {
        let version = integer("version")
        return matched ?? version
    }
}

extension AdministrationAPI {
    static func versioned(_ body: [UInt8], _ version: Int64, status: Int = 200) -> ServerResponse {
        var response = ServerResponse.json(body, status: status, facts: RequestFacts(decision: "done"))
        response.headers.append("etag", "\"\(version)\"")
        return response
    }

    static func done(_ body: [UInt8], status: Int = 200) -> ServerResponse {
        .json(body, status: status, facts: RequestFacts(decision: "done"))
    }

    static func doneWithoutContent() -> ServerResponse {
        ServerResponse(
            status: 204, headers: HeaderFields([.init(name: "cache-control", value: "no-store")]),
            facts: RequestFacts(decision: "done"))
    }

    func listClients(_ call: AdministrationCall) async throws -> ServerResponse {
        let limit = try call.query.limit()
        let page = try await administration.clients(
            after: try call.query.identifier("after"), limit: limit, by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("clients") { Representation.array(page, to: &$0, Representation.client) }
                if page.count == limit { writer.member("next", page.last?.id.rawValue) }
            })
    }

    func createClient(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let draft = ClientDraft(
            id: body.string("id"), name: body.string("name"), credentials: body.credentialsDraft(),
            grantTypes: body.strings("grant_types"), allowedOrigins: body.strings("allowed_origins"),
            relyingParty: body.relyingParty(), problems: body.finish())
        let created = try await administration.createClient(draft, by: call.administrator, at: call.now)
        var response = Self.versioned(
            Representation.object { writer in
                Representation.client(created.value, &writer)
                writer.member("client_secret", created.secret?.revealedValue)
            }, created.value.version, status: 201)
        response.headers.append("location", "/admin/v1/clients/\(created.value.id)")
        return response
    }

    func getClient(_ call: AdministrationCall) async throws -> ServerResponse {
        answer(try await administration.client(try call.identifier(), by: call.administrator, at: call.now))
    }

    func updateClient(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let version = body.expectedVersion(call.matchedVersion)
        let change = ClientChange(
            name: body.string("name"), isEnabled: body.bool("enabled"), credentials: body.credentialsChange(),
            grantTypes: body.strings("grant_types"), allowedOrigins: body.strings("allowed_origins"),
            relyingParty: body.relyingParty(), problems: body.finish())
        return answer(
            try await administration.updateClient(
                try call.identifier(), with: change, expecting: version, by: call.administrator, at: call.now))
    }

    func deleteClient(_ call: AdministrationCall) async throws -> ServerResponse {
        try await administration.deleteClient(
            try call.identifier(), expecting: call.matchedVersion, by: call.administrator, at: call.now)
        return Self.doneWithoutContent()
    }

    func createClientSecret(_ call: AdministrationCall) async throws -> ServerResponse {
        let overlap = try call.overlap()
        let new = try await administration.addClientSecret(
            try call.identifier(), endingOthersIn: overlap, by: call.administrator, at: call.now)
        return Self.done(Representation.newSecret(new), status: 201)
    }

    func deleteClientSecret(_ call: AdministrationCall) async throws -> ServerResponse {
        try await administration.removeClientSecret(
            call.parameters.last ?? "", of: try call.identifier(), by: call.administrator, at: call.now)
        return Self.doneWithoutContent()
    }

    func listPermissions(_ call: AdministrationCall) async throws -> ServerResponse {
        let grants = try await administration.permissions(
            of: try call.identifier(), by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("permissions") { Representation.array(grants, to: &$0, Representation.grant) }
            })
    }

    func permit(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let draft = PermissionDraft(
            resource: body.string("resource"), scope: body.string("scope"), problems: body.finish())
        let grant = try await administration.permit(
            try call.identifier(), draft, by: call.administrator, at: call.now)
        return Self.done(Representation.object { Representation.grant(grant, &$0) })
    }

    func forbid(_ call: AdministrationCall) async throws -> ServerResponse {
        guard let text = try call.query.text("resource", maximumLength: ResourceIndicator.maximumLength) else {
            throw AdministrationError.invalid([Problem("resource", "is required")])
        }
        try await administration.forbid(
            try call.identifier(), at: ResourceIndicator(unchecked: text), by: call.administrator, at: call.now)
        return Self.doneWithoutContent()
    }

    func revokeClientTokens(_ call: AdministrationCall) async throws -> ServerResponse {
        let id: ClientID = try call.identifier()
        let epoch = try await administration.revokeClientTokens(id, by: call.administrator, at: call.now)
        return Self.done(Representation.epoch("client", id.rawValue, epoch))
    }

    private func answer(_ client: RegisteredClient) -> ServerResponse {
        Self.versioned(Representation.object { Representation.client(client, &$0) }, client.version)
    }
}

extension AdministrationCall {
    /// After how many seconds the other secrets end.
    func overlap() throws(AdministrationError) -> Int64? {
        var reader = BodyReader(body)
        let overlap = reader.integer("expires_old_in")
        let problems = reader.finish()
        guard problems.isEmpty else { throw .invalid(problems) }
        return overlap
    }
}
