import Authenticators
import AuthorizationServer
import Crypto
import JOSE
import OAuth
import ServerHTTP
import Storage
import StorageTesting
import Testing

/// An issuer at which a gateway is a client, and a person who says yes or no there.
struct SignInIssuer: Sendable {
    static let start = RunningServer.start
    static let name = "https://id.example"
    static let api = ResourceIndicator(unchecked: "https://orders.example")
    static let client = ClientID(unchecked: "gateway")
    static let origins = ["https://www.example", "https://other.example"]

    let store = InMemoryStore()
    let provider: OpenIDProvider
    /// What the issuer signs tokens with.
    private let key: SigningKey
    let administrator = Administrator(
        actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r")

    init() async throws {
        let sealer = try #require(SecretSealer(dataKeys: ["k": SymmetricKey(size: .bits256)], current: "k"))
        let hasher = PasswordHasher(
            PasswordHasherSettings(
                parameters: try #require(Argon2Parameters(memory: 64, passes: 1)), threads: 2, waiting: 64),
            secrets: .system)
        provider = try await OpenIDProvider.open(
            issuer: try #require(Issuer(Self.name)), policy: ServerPolicy(), store: store, sealer: sealer,
            secrets: .system, fetcher: NoFetcher(), passwords: hasher, at: Self.start)
        let id = try #require(provider.keyRing.snapshot.signer(.ES256, at: Self.start)).record.id
        let record = try #require(try await store.keys().first { $0.id == id })
        let jwk = try sealer.open(record.sealedKey, context: "key.sealedKey.\(id)")
        key = try SigningKey(JSONWebKey(JSONObject(parsing: jwk)))
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
                id: Self.client, name: "Gateway", credentials: credentials,
                grantTypes: [.authorizationCode, .refreshToken],
                relyingParty: RelyingParty(
                    redirectURIs: Self.origins.map { $0 + "/.tessera/callback" },
                    postLogoutRedirectURIs: Self.origins.map { $0 + "/.tessera/signed-out" },
                    identityScope: Scope(unchecked: ["openid", "offline_access"]),
                    resourceScopes: [Self.api: Scope(unchecked: ["read", "write"])], isFirstParty: true),
                createdAt: Self.start), recording: event)
    }

    /// Somebody who is signed in at the issuer.
    struct Person: Sendable {
        let subject: Subject
        let session: SessionID
    }

    func person(_ name: String, at now: NumericDate = start) async throws -> Person {
        let password = Secret("a plain sentence about three green herons")
        let user = try await Administration(provider: provider).createUser(
            UserDraft(username: name, email: "\(name)@mail.example", isEmailVerified: true, password: password),
            by: administrator, at: now)
        let caller = Caller(address: "192.0.2.1", requestID: "r1")
        let browser = Browser(secret: nil, session: nil, caller: caller, userAgent: "Tests/1", languages: ["en"])
        let outcome = try await provider.signIn(
            SignInAttempt(login: name, password: password), browser: browser, at: now)
        guard case .signedIn(_, let session) = outcome else { throw NotSignedIn() }
        return Person(subject: user.id, session: session.id)
    }
    struct NotSignedIn: Error {}

    /// What the issuer would send the browser of a person back with who says yes to a request.
    func yes(
        to location: String, of person: Person, acr: String? = nil, authenticated: NumericDate? = nil,
        scope: [String] = ["read"], at now: NumericDate
    ) async throws -> Approval {
        let request = try Self.request(location)
        let authorization = Authorization(
            id: GrantID(unchecked: SecretGenerator.system.identifier()), client: Self.client, subject: person.subject,
            session: person.session, identityScope: Scope(unchecked: ["openid", "offline_access"]),
            resourceScopes: [Self.api: Scope(unchecked: scope)], isOffline: true,
            authenticatedAt: authenticated ?? now, methods: ["pwd"], acr: acr, nonce: request["nonce"],
            claimsRequest: nil, createdAt: now, expiresAt: now + .seconds(30 * 86_400))
        let secret = SecretGenerator.system.secret(.authorizationCode)
        let code = AuthorizationCode(
            hash: TokenHash(of: secret), grant: authorization.id,
            redirectURI: try #require(request["redirect_uri"]), challenge: request["code_challenge"],
            expiresAt: now + .seconds(60))
        try #require(try await store.insert(authorization, code: code, spending: nil, with: Effects([])))
        var answer = FormWriter()
        answer.append("code", secret.revealedValue)
        answer.append("state", request["state"])
        answer.append("iss", Self.name)
        return Approval(callback: "/.tessera/callback?" + answer.text, grant: authorization.id)
    }

    struct Approval: Sendable {
        let callback: String
        let grant: GrantID
    }

    /// The same for a person who says no.
    func no(to location: String, _ error: String = "access_denied") throws -> String {
        var answer = FormWriter()
        answer.append("error", error)
        answer.append("state", try Self.request(location)["state"])
        answer.append("iss", Self.name)
        return "/.tessera/callback?" + answer.text
    }

    /// The parameters of an authorization request, wherever a browser was sent with it.
    static func request(_ location: String) throws -> FormParameters {
        try #require(location.hasPrefix(name + "/authorize?"))
        return try FormParameters(Array(location.dropFirst((name + "/authorize?").count).utf8))
    }

    /// As the issuer signs one when a session there ends.
    func logoutToken(
        _ person: Person, session: SessionID?, id: String = "l1", audience: ClientID = client, at now: NumericDate
    ) throws -> String {
        let claims = LogoutTokenClaims(
            issuer: provider.issuer, audience: audience, tokenID: TokenID(unchecked: id), issuedAt: now,
            expiresAt: now + .seconds(120), subject: person.subject, session: session)
        return try JWTSigner(key, type: LogoutTokenClaims.type).sign(claims.json)
    }
}
