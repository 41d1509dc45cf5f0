import AuthorizationServer
import Crypto
import JOSE
import OAuth
import ServerHTTP
import Storage
import StorageTesting
import Synchronization
import Testing

/// An issuer over the in-memory store with its administration API, asked without a network.
struct AdministeredServer: Sendable {
    static let start = NumericDate(secondsSince1970: 1_800_000_000)
    static let host = "admin.example:9443"
    static let audience = "https://id.example/admin/v1"

    let store: any Store
    let provider: OpenIDProvider
    let api: AdministrationAPI
    let program = Program()

    /// What the program around the API was asked to do.
    final class Program: Sendable {
        private let state = Mutex<(backups: [String], reports: [String])>(([], []))
        var backups: [String] { state.withLock { $0.backups } }
        var reports: [String] { state.withLock { $0.reports } }
        func backUp(_ path: String) { state.withLock { $0.backups.append(path) } }
        func report(_ text: String) { state.withLock { $0.reports.append(text) } }
    }

    /// No client of these tests has a `jwks_uri`.
    struct NoFetcher: DocumentFetcher {
        struct Unavailable: Error {}
        func fetch(_ url: String, for kind: DocumentKind) async throws -> [UInt8] { throw Unavailable() }
    }

    init() async throws {
        let store: any Store = InMemoryStore()
        self.store = store
        provider = try await OpenIDProvider.open(
            issuer: #require(Issuer("https://id.example")), policy: ServerPolicy(), store: store,
            sealer: #require(SecretSealer(dataKeys: ["k1": SymmetricKey(size: .bits256)], current: "k1")),
            secrets: .system, fetcher: NoFetcher(), at: Self.start)
        let program = program
        api = AdministrationAPI(
            administration: Administration(provider: provider),
            operations: AdministrationOperations(
                version: "1.2.3",
                backUp: { path in
                    guard path != "/backups/there" else {
                        throw OperationRefusal.conflict("there is a file at this path")
                    }
                    program.backUp(path)
                },
                rewrap: { file, event in
                    guard file != "/keys/missing" else { throw OperationRefusal.missing("file") }
                    try await store.replaceWrappedDataKeys(["k1": [1]], recording: event)
                },
                metrics: { "tessera_up 1\n" }, isReady: { true },
                report: { program.report("\($0): \($1)") }),
            startedAt: Self.start, ownUserID: 990, hosts: ["Admin.example:9443"])
    }

    /// A request over the Unix socket, by root if nobody else is named.
    func socket(
        _ method: RequestMethod, _ target: String, _ body: String? = nil, uid: UInt32? = 0,
        headers: [(String, String)] = [], at now: NumericDate = start
    ) async -> Reply {
        await send(method, target, body, peer: Peer(address: "unix", userID: uid), headers: headers, at: now)
    }

    /// A request over the network.
    func network(
        _ method: RequestMethod, _ target: String, _ body: String? = nil, token: Secret? = nil, host: String? = host,
        headers: [(String, String)] = [], at now: NumericDate = start
    ) async -> Reply {
        var headers = headers
        if let host { headers.append(("host", host)) }
        if let token { headers.append(("authorization", "Bearer \(token.revealedValue)")) }
        return await send(method, target, body, peer: Peer(address: "192.0.2.1"), headers: headers, at: now)
    }

    private func send(
        _ method: RequestMethod, _ target: String, _ body: String?, peer: Peer, headers: [(String, String)],
        at now: NumericDate
    ) async -> Reply {
        var fields = headers.map { HeaderFields.Field(name: $0.0, value: $0.1) }
        if body != nil, !headers.contains(where: { $0.0 == "content-type" }) {
            fields.append(.init(name: "content-type", value: "application/json"))
        }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let request = ServerRequest(
            method: method, path: parts[0], query: parts.count > 1 ? parts[1] : nil, headers: HeaderFields(fields),
            body: Array((body ?? "").utf8), peer: peer, requestID: "req-1", listener: "administration")
        return Reply(response: await api.respond(to: request, at: now))
    }

    /// What came back.
    struct Reply: Sendable {
        let response: ServerResponse
        var status: Int { response.status }
        var text: String { String(decoding: response.body, as: UTF8.self) }
        var json: JSONObject {
            (try? JSONObject(parsing: response.body, limits: .document(maximumBytes: 1 << 20))) ?? JSONObject()
        }
        var error: String? { json.string("error") }
        func header(_ name: String) -> String? { response.headers.first(name) }
        /// The fields that the answer complains of.
        var fields: [String] { json["problems"]?.array?.compactMap { $0.object?.string("field") } ?? [] }
    }

    static let clientBody = #"{"id":"svc","name":"Service","authentication_method":"client_secret_post"}"#
    static let resourceBody =
        #"{"id":"orders","identifier":"https://orders.example","name":"Orders","scope":"read write"}"#

    /// Registers the client `svc` with a permission at the resource `orders`; returns the client's secret.
    func register() async throws -> Secret {
        _ = await socket(.post, "/admin/v1/resources", Self.resourceBody)
        let client = await socket(.post, "/admin/v1/clients", Self.clientBody)
        _ = await socket(
            .put, "/admin/v1/clients/svc/permissions", #"{"resource":"https://orders.example","scope":"read"}"#)
        return Secret(client.json.string("client_secret") ?? "")
    }

    /// An access token of a client that is registered on the way.
    func token(
        of id: String, scope: String, at resource: String = audience, now: NumericDate = start
    ) async throws -> Secret {
        let created = await socket(
            .post, "/admin/v1/clients",
            #"{"id":"\#(id)","name":"N","authentication_method":"client_secret_post"}"#)
        _ = await socket(
            .put, "/admin/v1/clients/\(id)/permissions", #"{"resource":"\#(resource)","scope":"\#(scope)"}"#)
        return try await token(of: id, secret: created.json.string("client_secret") ?? "", at: resource, now: now)
    }

    func token(of id: String, secret: String, at resource: String, now: NumericDate = start) async throws -> Secret {
        let form = try FormParameters(Array("client_id=\(id)&client_secret=\(secret)".utf8))
        return try await provider.token(
            .clientCredentials(ClientCredentialsParameters(scope: nil, resource: ResourceIndicator(resource))),
            from: ClientCredentials(authorization: nil, form: form),
            caller: Caller(address: "192.0.2.1", requestID: "t"), at: now
        ).response.accessToken
    }

    func events(_ action: String? = nil) async throws -> [AuditEvent] {
        try await store.events(AuditQuery(action: action, limit: 1000))
    }
}
