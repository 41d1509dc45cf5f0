import AuthorizationServer
import JOSE
import OAuth
import Storage

extension BodyReader {
    /// A secret never appears in a problem, whatever is wrong with it.
    mutating func secret(_ name: String) -> Secret? { string(name).map { Secret($0) } }
}

extension AdministrationAPI {
    func listUsers(_ call: AdministrationCall) async throws -> ServerResponse {
        let limit = try call.query.limit()
        let page = try await administration.users(
            matching: try call.query.text("search", maximumLength: LoginName.maximumLength),
            after: try call.query.identifier("after"), limit: limit, by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("users") { Representation.array(page, to: &$0, Representation.user) }
                if page.count == limit { writer.member("next", page.last?.id.rawValue) }
            })
    }

    func createUser(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let draft = UserDraft(
            username: body.string("username"), email: body.string("email"),
            isEmailVerified: body.bool("email_verified"), password: body.secret("password"),
            passwordHash: body.secret("password_hash"), attributes: body.object("attributes") ?? JSONObject(),
            groups: body.strings("groups") ?? [], roles: body.strings("roles") ?? [], problems: body.finish())
        let user = try await administration.createUser(draft, by: call.administrator, at: call.now)
        var response = answer(user, status: 201)
        response.headers.append("location", "/admin/v1/users/\(user.id)")
        return response
    }

    func getUser(_ call: AdministrationCall) async throws -> ServerResponse {
        answer(try await administration.user(try call.identifier(), by: call.administrator, at: call.now))
    }

    func updateUser(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let version = body.expectedVersion(call.matchedVersion)
        let update = UserUpdate(
            username: body.string("username"), email: body.replacement("email"),
            isEmailVerified: body.bool("email_verified"), isEnabled: body.bool("enabled"),
            attributes: body.object("attributes"), groups: body.strings("groups"), roles: body.strings("roles"),
            problems: body.finish())
        return answer(
            try await administration.updateUser(
                try call.identifier(), with: update, expecting: version, by: call.administrator, at: call.now))
    }

    func deleteUser(_ call: AdministrationCall) async throws -> ServerResponse {
        try await administration.deleteUser(
            try call.identifier(), expecting: call.matchedVersion, by: call.administrator, at: call.now)
        return Self.doneWithoutContent()
    }

    func setPassword(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let password = body.secret("password")
        var problems = body.finish()
        if password == nil, problems.isEmpty { problems.append(Problem("password", "is required")) }
        guard let password, problems.isEmpty else { throw AdministrationError.invalid(problems) }
        try await administration.setPassword(
            password, of: try call.identifier(), by: call.administrator, at: call.now)
        return Self.doneWithoutContent()
    }

    func inviteUser(_ call: AdministrationCall) async throws -> ServerResponse {
        Self.done(
            Representation.link(
                try await administration.invite(try call.identifier(), by: call.administrator, at: call.now)),
            status: 201)
    }

    func makeResetLink(_ call: AdministrationCall) async throws -> ServerResponse {
        Self.done(
            Representation.link(
                try await administration.resetLink(for: try call.identifier(), by: call.administrator, at: call.now)),
            status: 201)
    }

    func lockDownUser(_ call: AdministrationCall) async throws -> ServerResponse {
        answer(try await administration.lockDown(try call.identifier(), by: call.administrator, at: call.now))
    }

    func releaseUser(_ call: AdministrationCall) async throws -> ServerResponse {
        answer(try await administration.release(try call.identifier(), by: call.administrator, at: call.now))
    }

    private func answer(_ user: User, status: Int = 200) -> ServerResponse {
        Self.versioned(
            Representation.object { Representation.user(user, &$0) }, user.version, status: status)
    }
}
