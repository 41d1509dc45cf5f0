import AuthorizationServer
import Crypto
import JOSE
import OAuth
import Storage
import StorageTesting
import Synchronization
import Testing

/// An issuer over the in-memory store with one client and two resources, as most tests need it.
struct Issuance: Sendable {
    static let start = NumericDate(secondsSince1970: 1_800_000_000)
    static let jwtAPI = ResourceIndicator(unchecked: "https://orders.example")
    static let opaqueAPI = ResourceIndicator(unchecked: "https://payments.example")
    static let secret = Secret("tsc_correct-horse-battery-staple-0123456789abcd")
    static let caller = Caller(address: "192.0.2.1", requestID: "r1")

    let store: any Store
    let provider: OpenIDProvider
    let fetcher: CountingFetcher

    init(
        issuer: String = "https://id.example", policy: ServerPolicy = ServerPolicy(),
        store: any Store = InMemoryStore(),
        clientMethod: AuthenticationMethod = .clientSecretBasic, keySet: JWKSet? = nil, keySetURL: String? = nil,
        registers: Bool = true, secrets: SecretGenerator = .system
    ) async throws {
        self.store = store
        fetcher = CountingFetcher()
        provider = try await OpenIDProvider.open(
            issuer: try #require(Issuer(issuer)), policy: policy, store: store, sealer: try #require(Self.sealer),
            secrets: secrets,
            fetcher: fetcher, at: Self.start)
        guard registers else { return }
        let event = AuditEvent(at: Self.start, action: "test", actor: "test")
        _ = try await store.insert(
            RegisteredClient(
                id: ClientID(unchecked: "svc"), name: "Service",
                credentials: RegisteredCredentials(
                    method: clientMethod, secrets: clientMethod.usesSecret ? [Self.stored(Self.secret)] : [],
                    keySet: keySet, keySetURL: keySetURL),
                createdAt: Self.start), recording: event)
        _ = try await store.insert(
            Self.resource("orders", Self.jwtAPI, format: .jwt), recording: event)
        _ = try await store.insert(
            Self.resource("payments", Self.opaqueAPI, format: .opaque), recording: event)
        for resource in [Self.jwtAPI, Self.opaqueAPI] {
            _ = try await store.permit(
                Grant(
                    id: GrantID(unchecked: "g-\(resource.rawValue.dropFirst(8))"), client: ClientID(unchecked: "svc"),
                    subject: Subject(unchecked: "svc"), resource: resource, scope: Scope("read write"),
                    createdAt: Self.start),
                advancing: [], recording: event)
        }
    }

    static let sealer = SecretSealer(dataKeys: ["k1": SymmetricKey(size: .bits256)], current: "k1")

    static func stored(_ secret: Secret, expiresAt: NumericDate? = nil) -> StoredSecret {
        StoredSecret(
            id: "s-\(secret.revealedValue.hashValue)", hash: TokenHash(of: secret), createdAt: start,
            expiresAt: expiresAt)
    }

    static func resource(
        _ id: String, _ identifier: ResourceIndicator, format: AccessTokenFormat, algorithm: Algorithm = .ES256
    ) -> ProtectedResource {
        ProtectedResource(
            id: ClientID(unchecked: id), identifier: identifier, name: id,
            credentials: RegisteredCredentials(method: .clientSecretBasic, secrets: [stored(secret)]),
            scope: Scope(unchecked: ["read", "write", "refund"]), tokenFormat: format, signingAlgorithm: algorithm,
            createdAt: start)
    }

    /// Credentials in a Basic header, as the edge reads them.
    static func basic(_ id: String, _ secret: Secret = secret) throws -> ClientCredentials {
        var text = Base64URL.encode(Array("\(id):\(secret.revealedValue)".utf8)).map {
            $0 == "-" ? "+" : $0 == "_" ? "/" : $0
        }
        while text.count % 4 != 0 { text.append("=") }
        return try ClientCredentials(authorization: "Basic " + String(text), form: form(""))
    }

    static func form(_ text: String) throws -> FormParameters { try FormParameters(Array(text.utf8)) }

    func token(
        scope: String? = nil, resource: ResourceIndicator? = jwtAPI, credentials: ClientCredentials? = nil,
        caller: Caller = caller, at now: NumericDate = start
    ) async throws -> TokenResponse {
        let request = TokenRequest.clientCredentials(
            ClientCredentialsParameters(scope: try scope.map { try Scope($0) }, resource: resource))
        return try await provider.token(
            request, from: try credentials ?? Self.basic("svc"), caller: caller, at: now
        ).response
    }

    func introspect(
        _ token: Secret, by resource: String = "orders", at now: NumericDate = start
    ) async throws -> JSONObject {
        let form = try Self.form("token=\(token.revealedValue)")
        let answer = try await provider.introspect(
            PresentedToken(form), from: Self.basic(resource), caller: Self.caller, at: now)
        return try JSONObject(parsing: answer.response.json)
    }

    func isActive(_ token: Secret, by resource: String = "orders", at now: NumericDate = start) async throws -> Bool {
        try await introspect(token, by: resource, at: now).bool("active") == true
    }

    func revoke(_ token: Secret, by client: String = "svc", hint: String = "", at now: NumericDate = start) async throws
    {
        let form = try Self.form("token=\(token.revealedValue)" + hint)
        _ = try await provider.revoke(PresentedToken(form), from: Self.basic(client), caller: Self.caller, at: now)
    }

    func events(_ action: String) async throws -> [AuditEvent] {
        try await store.events(AuditQuery(action: action, limit: 1000))
    }
}

/// A fetcher that serves a document held in memory and counts how often it is asked. The network is not what these tests
/// are about; the real fetcher has its own.
final class CountingFetcher: DocumentFetcher {
    struct Unavailable: Error {}
    private let state = Mutex<(document: [UInt8]?, count: Int, kinds: [DocumentKind])>((nil, 0, []))

    var count: Int { state.withLock { $0.count } }
    var kinds: [DocumentKind] { state.withLock { $0.kinds } }
    func serve(_ document: [UInt8]?) { state.withLock { $0.document = document } }

    func fetch(_ url: String, for kind: DocumentKind) async throws -> [UInt8] {
        let document = state.withLock { state in
            state.count += 1
            state.kinds.append(kind)
            return state.document
        }
        await Task.yield()
        guard let document else { throw Unavailable() }
        return document
    }
}
