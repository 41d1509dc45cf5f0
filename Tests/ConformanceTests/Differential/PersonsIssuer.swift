import Authenticators
import AuthorizationServer
import Crypto
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// An issuer with a person who is signed in, a client that they gave something to, and keys of every stage of life; the
/// test can sign with each of them.
struct PersonsIssuer: Sendable {
    static let start = RunningServer.start
    static let name = "https://id.example"
    static let api = ResourceIndicator(unchecked: "https://orders.example")
    private static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    private static let redirectURI = "https://web.example/cb"
    private static let client = ClientID(unchecked: "web")

    let store: InMemoryStore
    let provider: OpenIDProvider
    /// What signs now, what did until a moment ago, and what nobody trusts any more.
    let active: SigningKey
    let retired: SigningKey
    let distrusted: SigningKey
    /// Signs the revocation feed.
    let feed: SigningKey

    init() async throws {
        let store = InMemoryStore()
        let sealer = try #require(SecretSealer(dataKeys: ["k": SymmetricKey(size: .bits256)], current: "k"))
        let hasher = PasswordHasher(
            PasswordHasherSettings(
                parameters: try #require(Argon2Parameters(memory: 64, passes: 1)), threads: 2, waiting: 64),
            secrets: .system)
        var policy = ServerPolicy()
        // Where clocks are one, so are verdicts at the second of the end.
        policy.clockSkew = 0
        let day: Int64 = 86_400
        let begin = Self.start - .seconds(3 * day)
        provider = try await OpenIDProvider.open(
            issuer: try #require(Issuer(Self.name)), policy: policy, store: store, sealer: sealer, secrets: .system,
            fetcher: NoFetcher(), passwords: hasher, at: begin)
        let keys = provider.keys
        let first = try #require(provider.keyRing.snapshot.signer(.ES256, at: begin)).record.id
        _ = try await keys.rotate([.signing(.ES256)], by: "test", at: Self.start - .seconds(2 * day + 200))
        let between = Self.start - .seconds(day + 100)
        let second = try #require(provider.keyRing.snapshot.signer(.ES256, at: between)).record.id
        _ = try await keys.rotate([.signing(.ES256)], by: "test", at: between)
        _ = try await keys.distrust(first, by: "test", at: Self.start - .seconds(50))
        let third = try #require(provider.keyRing.snapshot.signer(.ES256, at: Self.start)).record.id
        #expect(Set([first, second, third]).count == 3)
        let feedKey = try #require(provider.keyRing.snapshot.feedSigner(at: Self.start)).record.id
        func key(_ id: KeyID) async throws -> SigningKey {
            let record = try #require(try await store.keys().first { $0.id == id })
            let text = try sealer.open(record.sealedKey, context: "key.sealedKey.\(id)")
            return try SigningKey(JSONWebKey(JSONObject(parsing: text)))
        }
        active = try await key(third)
        retired = try await key(second)
        distrusted = try await key(first)
        feed = try await key(feedKey)
        self.store = store
        try await register()
    }

    private func register() async throws {
        let event = AuditEvent(at: Self.start, action: "test", actor: "test")
        let credentials = RegisteredCredentials(
            method: .clientSecretBasic,
            secrets: [StoredSecret(id: "s", hash: TokenHash(of: RunningServer.secret), createdAt: Self.start)])
        _ = try await store.insert(
            ProtectedResource(
                id: ClientID(unchecked: "orders"), identifier: Self.api, name: "Orders", credentials: credentials,
                scope: Scope(unchecked: ["read", "write"]), tokenFormat: .jwt, createdAt: Self.start),
            recording: event)
        _ = try await store.insert(
            RegisteredClient(
                id: Self.client, name: "Web", credentials: credentials, grantTypes: [.authorizationCode],
                relyingParty: RelyingParty(
                    redirectURIs: [Self.redirectURI], identityScope: Scope(unchecked: ["openid"]),
                    resourceScopes: [Self.api: Scope(unchecked: ["read", "write"])]),
                createdAt: Self.start), recording: event)
    }

    /// A token that is good at the API and at UserInfo, which the person gave to the client.
    func token() async throws -> String {
        let administrator = Administrator(
            actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r")
        let password = Secret("a plain sentence about three green herons")
        let user = try await Administration(provider: provider).createUser(
            UserDraft(username: "ada", email: "ada@mail.example", isEmailVerified: true, password: password),
            by: administrator, at: Self.start)
        let caller = Caller(address: "192.0.2.1", requestID: "r1")
        let browser = Browser(secret: nil, session: nil, caller: caller, userAgent: "Tests/1", languages: ["en"])
        let outcome = try await provider.signIn(
            SignInAttempt(login: "ada", password: password), browser: browser, at: Self.start)
        guard case .signedIn(_, let session) = outcome else { throw NotSignedIn() }
        let authorization = Authorization(
            id: GrantID(unchecked: SecretGenerator.system.identifier()), client: Self.client, subject: user.id,
            session: session.id, identityScope: Scope(unchecked: ["openid"]),
            resourceScopes: [Self.api: Scope(unchecked: ["read", "write"])], isOffline: false,
            authenticatedAt: Self.start, methods: ["pwd"], acr: nil, nonce: nil, claimsRequest: nil,
            createdAt: Self.start, expiresAt: Self.start + .seconds(86_400))
        let secret = SecretGenerator.system.secret(.authorizationCode)
        let code = AuthorizationCode(
            hash: TokenHash(of: secret), grant: authorization.id, redirectURI: Self.redirectURI,
            challenge: Self.challenge, expiresAt: Self.start + .seconds(60))
        let consent = Consent(
            subject: user.id, client: Self.client, identityScope: authorization.identityScope,
            resourceScopes: authorization.resourceScopes, givenAt: Self.start)
        try await store.give(consent, with: Effects([]))
        try #require(try await store.insert(authorization, code: code, spending: nil, with: Effects([])))
        let response = try await provider.token(
            .authorizationCode(
                AuthorizationCodeParameters(
                    code: secret, redirectURI: Self.redirectURI, codeVerifier: Secret(Self.verifier), resource: nil)),
            from: ClientCredentials(
                authorization: RunningServer.basic(Self.client.rawValue).1, form: FormParameters([])),
            caller: caller, at: Self.start
        ).response
        return response.accessToken.revealedValue
    }
    struct NotSignedIn: Error {}
}
