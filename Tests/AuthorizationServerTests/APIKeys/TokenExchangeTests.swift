import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

@Suite struct `A token exchange` {
    private static let start = KeyHolders.start
    private static let grant = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange"
    private static let type = "&subject_token_type=urn:tessera:params:token-type:api-key"

    @Test(.requirement("8693-2.2.1-1", "8693-2.2.1-2", "8693-2.2.1-3", "8693-2.2.1-4", "8693-2.2.1-5", "8693-2.1-9"))
    func `buys a short access token with a key, for one resource and no more than the key may`() async throws {
        let holders = try await KeyHolders()
        let key = try await holders.key()
        let response = try await holders.exchange(key.secret, resource: Issuance.jwtAPI, scope: "read")
        let json = try JSONObject(parsing: response.json)
        #expect(json.string("issued_token_type") == "urn:ietf:params:oauth:token-type:access_token")
        #expect(json.string("token_type") == "Bearer" && json.integer("expires_in") == 300)
        #expect(json.string("scope") == "read" && json["refresh_token"] == nil)
        let told = try await holders.introspect(response.accessToken)
        #expect(told.bool("active") == true && told.string("sub") == holders.bob.id.rawValue)
        #expect(told.string("scope") == "read" && told.string("aud") == Issuance.jwtAPI.rawValue)
        #expect(told.string("client_id") == "api_key:\(key.stored.id)")
    }

    @Test func `names the client that owns the key, where none asks`() async throws {
        let holders = try await KeyHolders()
        let key = try await holders.key(forClient: true)
        let token = try await holders.exchange(key.secret).accessToken
        let told = try await holders.introspect(token)
        #expect(told.string("client_id") == "svc" && told.string("sub") == "svc")
        #expect(try Journey.claims(of: token).string("client_id") == "svc")
    }

    @Test func `outlives neither its key nor the end of it`() async throws {
        let holders = try await KeyHolders()
        var draft = KeyHolders.draft()
        draft.lifetime = 100
        let short = try await holders.key(draft)
        #expect(try await holders.exchange(short.secret, at: Self.start + .seconds(40)).expiresIn == 60)
        let key = try await holders.key()
        let token = try await holders.exchange(key.secret).accessToken
        #expect(try await holders.isActive(token))
        try await holders.administration.endKey(key.stored.id, by: .root, at: Self.start)
        #expect(try await !holders.isActive(token))
        // And after a restart.
        let ended = try await holders.people.store.endedGrants(
            since: Self.start - .seconds(1), forgettingAfter: ServerPolicy.longestAccessTokenLifetime)
        #expect(ended[key.stored.id] != nil)
    }

    /// What takes from the client `svc` what a key of its own was worth.
    enum Taking: CaseIterable { case narrowed, forbidden, grantRevoked, clientTokens, clientDisabled, resourceTokens }

    @Test(arguments: Taking.allCases, [false, true])
    func `dies with the permission of the program whose key it was bought with`(
        taking: Taking, byOther: Bool
    ) async throws {
        let holders = try await KeyHolders()
        _ = try await holders.people.store.insert(
            RegisteredClient(
                id: ClientID(unchecked: "other"), name: "Other",
                credentials: RegisteredCredentials(
                    method: .clientSecretBasic, secrets: [Issuance.stored(Issuance.secret)]),
                grantTypes: [.tokenExchange], createdAt: Self.start),
            recording: AuditEvent(at: Self.start, action: "test", actor: "test"))
        let (key, persons) = (try await holders.key(forClient: true), try await holders.key())
        let token =
            byOther
            ? try await holders.provider.token(
                .tokenExchange(TokenExchangeParameters(subjectToken: key.secret)), from: Issuance.basic("other"),
                caller: Issuance.caller, at: Self.start
            ).response.accessToken : try await holders.exchange(key.secret).accessToken
        let unrelated = try await holders.exchange(persons.secret).accessToken
        #expect(try await holders.isActive(token))
        let (service, administration) = (ClientID(unchecked: "svc"), holders.administration)
        switch taking {
        case .narrowed:
            let draft = PermissionDraft(resource: Issuance.jwtAPI.rawValue, scope: "read")
            _ = try await administration.permit(service, draft, by: .root, at: Self.start)
        case .forbidden: try await administration.forbid(service, at: Issuance.jwtAPI, by: .root, at: Self.start)
        case .grantRevoked:
            try await administration.revokeGrant(GrantID(unchecked: "g-svc"), by: .root, at: Self.start)
        case .clientTokens: _ = try await administration.revokeClientTokens(service, by: .root, at: Self.start)
        case .clientDisabled:
            _ = try await administration.updateClient(
                service, with: ClientChange(isEnabled: false), by: .root, at: Self.start)
        case .resourceTokens:
            _ = try await administration.revokeResourceTokens(
                ClientID(unchecked: "orders"), by: .root, at: Self.start)
        }
        #expect(try await !holders.isActive(token))
        #expect(try await holders.isActive(unrelated) == (taking != .resourceTokens))
        // What the key is worth now may be bought again.
        guard taking == .narrowed || taking == .clientTokens else { return }
        let again = try await holders.introspect(try await holders.exchange(key.secret).accessToken)
        #expect(again.string("scope") == (taking == .narrowed ? "read" : "read write"))
    }

    @Test(.requirement("8693-2.2.2-1", "8693-2.2.2-2")) func `is refused in the words of the standard`() async throws {
        let holders = try await KeyHolders()
        let key = try await holders.key()
        #expect(try await holders.refusal(APIKeyText.make(from: .system).secret)?.oauthError.code == .invalidRequest)
        #expect(try await holders.refusal(Secret("tsk_x"))?.oauthError.code == .invalidRequest)
        #expect(
            try await holders.refusal(key.secret, resource: Issuance.opaqueAPI)?.oauthError.code == .invalidTarget)
        #expect(try await holders.refusal(key.secret, scope: "refund")?.oauthError.code == .invalidScope)
        try await holders.administration.endKey(key.stored.id, by: .root, at: Self.start)
        #expect(try await holders.refusal(key.secret)?.oauthError.code == .invalidRequest)
    }

    @Test func `needs the resource to be named where the key has several`() async throws {
        let holders = try await KeyHolders()
        var draft = KeyHolders.draft()
        draft.permissions.append(PermissionDraft(resource: Issuance.opaqueAPI.rawValue, scope: "read"))
        let key = try await holders.key(draft)
        #expect(try await holders.refusal(key.secret) == .keyResourceNotNamed(key.stored.id))
        let token = try await holders.exchange(key.secret, resource: Issuance.opaqueAPI).accessToken
        #expect(token.revealedValue.hasPrefix("tsa_"))
        #expect(try await holders.isActive(token, by: "payments"))
        #expect(try await !holders.isActive(token, by: "orders"))
    }

    @Test func `names the client that asks, if it may`() async throws {
        let holders = try await KeyHolders()
        let key = try await holders.key()
        let request = TokenRequest.tokenExchange(TokenExchangeParameters(subjectToken: key.secret))
        let token = try await holders.provider.token(
            request, from: try Issuance.basic("svc"), caller: Issuance.caller, at: Self.start
        ).response.accessToken
        #expect(try await holders.introspect(token).string("client_id") == "svc")
        await #expect(throws: Rejection.grantTypeNotAllowed(People.shop)) {
            try await holders.provider.token(
                request, from: ClientCredentials(authorization: nil, form: Issuance.form("client_id=shop")),
                caller: Issuance.caller, at: Self.start)
        }
        await #expect(throws: Rejection.clientSecretWrong(ClientID(unchecked: "svc"))) {
            try await holders.provider.token(
                request, from: try Issuance.basic("svc", Secret("wrong")), caller: Issuance.caller, at: Self.start)
        }
    }

    @Test(
        .requirement("8693-2.1-1", "8693-2.1-2", "8693-2.1-3", "8693-2.1-4", "8693-2.1-5"),
        arguments: [
            ("", OAuthError.Code.invalidRequest), ("&subject_token=x", .invalidRequest), (type, .invalidRequest),
            ("&subject_token=x&subject_token_type=urn:ietf:params:oauth:token-type:jwt", .invalidRequest),
            ("&subject_token=x\(type)&actor_token=y", .invalidRequest),
            ("&subject_token=x\(type)&actor_token_type=y", .invalidRequest),
            ("&subject_token=x\(type)&requested_token_type=urn:ietf:params:oauth:token-type:saml2", .invalidRequest),
            ("&subject_token=x\(type)&audience=a", .invalidTarget),
            ("&subject_token=x\(type)&resource=https://a.example&resource=https://b.example", .invalidTarget),
            ("&subject_token=x\(type)&scope=a%20%22", .invalidScope),
        ])
    func `is read strictly`(parameters: String, code: OAuthError.Code) throws {
        let form = try FormParameters(Array((Self.grant + parameters).utf8), repeatable: ["resource", "audience"])
        let error = #expect(throws: OAuthError.self) { try TokenRequest(form) }
        #expect(error?.code == code)
    }
}
