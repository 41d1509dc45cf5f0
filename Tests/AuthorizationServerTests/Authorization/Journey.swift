import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// Takes people through the authorization endpoint of an issuer, as their browser and their application do.
struct Journey: Sendable {
    static let start = Issuance.start
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let web = ClientID(unchecked: "web")
    static let secret = Issuance.secret
    static let redirectURI = "https://web.example/cb"
    static let api = Issuance.jwtAPI

    let people: People
    var provider: OpenIDProvider { people.provider }

    /// `web` is confidential and may do all; `change` makes it something else.
    init(
        policy: ServerPolicy = ServerPolicy(), _ change: (inout RegisteredClient) -> Void = { _ in }
    ) async throws {
        people = try await People(policy: policy)
        let event = AuditEvent(at: Self.start, action: "test", actor: "test")
        _ = try await people.store.insert(
            Issuance.resource("orders", Self.api, format: .jwt), recording: event)
        _ = try await people.store.insert(
            Issuance.resource("payments", Issuance.opaqueAPI, format: .opaque), recording: event)
        var client = Self.client(Self.web)
        change(&client)
        _ = try await people.store.insert(client, recording: event)
        try await people.person("ada")
    }

    static func client(_ id: ClientID, method: AuthenticationMethod = .clientSecretBasic) -> RegisteredClient {
        RegisteredClient(
            id: id, name: "Web shop",
            credentials: RegisteredCredentials(
                method: method, secrets: method.usesSecret ? [Issuance.stored(secret)] : []),
            grantTypes: [.authorizationCode, .refreshToken],
            relyingParty: RelyingParty(
                redirectURIs: ["https://\(id).example/cb", "https://\(id).example/other"],
                identityScope: Scope(unchecked: ["openid", "profile", "email", "offline_access"]),
                resourceScopes: [
                    api: Scope(unchecked: ["read", "write"]), Issuance.opaqueAPI: Scope(unchecked: ["refund"]),
                ]),
            createdAt: start)
    }

    /// The parameters of a usual request; a value of `nil` takes one away.
    static func parameters(_ changes: [String: String?] = [:], resources: [String] = []) throws -> FormParameters {
        let challenge = try #require(CodeVerifier(verifier).map { CodeChallenge(of: $0) })
        var values: [String: String?] = [
            "client_id": web.rawValue, "response_type": "code", "redirect_uri": redirectURI,
            "scope": "openid profile offline_access", "state": "s1", "nonce": "n1",
            "code_challenge": challenge.rawValue, "code_challenge_method": "S256",
        ]
        values.merge(changes) { $1 }
        var form = FormWriter()
        for (name, value) in values.sorted(by: { $0.key < $1.key }) { form.append(name, value) }
        for resource in resources { form.append("resource", resource) }
        return try FormParameters(form.bytes)
    }

    func signedIn(_ name: String = "ada", at now: NumericDate = start) async throws -> Browser {
        try await people.signedIn(name, at: now).browser
    }

    /// Goes from a request to the answer, and agrees to everything on the way.
    func answer(
        _ parameters: FormParameters, in browser: Browser, at now: NumericDate = start
    ) async throws -> AuthorizationResponse {
        var step = try await provider.authorize(parameters, browser: browser, at: now)
        for _ in 0..<4 {
            switch step {
            case .respond(let response, _): return response
            case .wait(let handle):
                step = try await provider.resumeAuthorization(handle, browser: browser, at: now)
            case .consent(let prompt):
                let choice = ConsentChoice(isAllowed: true, items: Set(prompt.items.map(\.id)))
                #expect(try await provider.decide(prompt.handle, choice, browser: browser, at: now) == .noted)
                step = try await provider.resumeAuthorization(prompt.handle, browser: browser, at: now)
            case .signIn, .refuse: throw Stopped(step: step)
            }
        }
        throw Stopped(step: step)
    }
    struct Stopped: Error { let step: AuthorizationStep }

    func code(
        _ parameters: FormParameters? = nil, in browser: Browser, at now: NumericDate = start
    ) async throws -> Secret {
        let response = try await answer(try parameters ?? Self.parameters(), in: browser, at: now)
        guard case .code(let code) = response.outcome else { throw Failed(outcome: response.outcome) }
        return code
    }
    struct Failed: Error { let outcome: AuthorizationResponse.Outcome }

    /// The error that the client is told.
    func error(
        _ parameters: FormParameters, in browser: Browser, at now: NumericDate = start
    ) async throws -> OAuthError.Code? {
        guard case .error(let error) = try await answer(parameters, in: browser, at: now).outcome else { return nil }
        return error.code
    }

    func redeem(
        _ code: Secret, by client: String = "web", redirectURI: String? = redirectURI, verifier: String? = verifier,
        resource: ResourceIndicator? = nil, at now: NumericDate = start
    ) async throws -> TokenResponse {
        try await provider.token(
            .authorizationCode(
                AuthorizationCodeParameters(
                    code: code, redirectURI: redirectURI, codeVerifier: verifier.map { Secret($0) },
                    resource: resource)),
            from: Issuance.basic(client), caller: Issuance.caller, at: now
        ).response
    }

    func refresh(
        _ token: Secret, by client: String = "web", scope: String? = nil, resource: ResourceIndicator? = nil,
        at now: NumericDate = start
    ) async throws -> TokenResponse {
        try await provider.token(
            .refreshToken(
                RefreshTokenParameters(
                    refreshToken: token, scope: try scope.map { try Scope($0) }, resource: resource)),
            from: Issuance.basic(client), caller: Issuance.caller, at: now
        ).response
    }

    func userInfo(_ token: Secret, at now: NumericDate = start) async throws -> JSONObject {
        switch try await provider.userInfo(token, caller: Issuance.caller, at: now).response {
        case .claims(let json): return try JSONObject(parsing: json)
        case .signed(let jwt): return try Self.claims(of: Secret(jwt))
        }
    }

    func isAlive(_ accessToken: Secret, at now: NumericDate = start) async throws -> Bool {
        (try? provider.reader.read(accessToken, at: now)) != nil
    }

    /// Everything with which a signed-in person comes out of one journey.
    func tokens(
        _ parameters: FormParameters? = nil, in browser: Browser, at now: NumericDate = start
    ) async throws -> TokenResponse {
        try await redeem(try await code(parameters, in: browser, at: now), at: now)
    }

    /// What a JWT says, unchecked.
    static func claims(of token: Secret) throws -> JSONObject {
        let parts = token.revealedValue.split(separator: ".")
        try #require(parts.count == 3)
        return try JSONObject(parsing: try Base64URL.decode(String(parts[1])))
    }

    /// The authorization that an access token hangs from.
    func grant(of accessToken: Secret) throws -> GrantID {
        let name = try Self.claims(of: accessToken).object("tessera")?.string("grant")
        return GrantID(unchecked: try #require(name))
    }

    func user(_ name: String = "ada") async throws -> User {
        let found = try await people.store.user(signingInAs: LoginName(canonical: name))
        return try #require(found)
    }

    func events(_ action: String) async throws -> [AuditEvent] {
        try await people.store.events(AuditQuery(action: action, limit: 1000))
    }
}

extension ServerPolicy {
    /// With a memory for so many families of refresh tokens.
    static func remembering(_ families: Int) -> ServerPolicy {
        var policy = ServerPolicy()
        policy.rememberedFamilies = families
        return policy
    }
}
