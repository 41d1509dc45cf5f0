import AsyncHTTPClient
import AuthorizationServer
import Crypto
import JOSE
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import OAuth
import ServerHTTP
import Storage
import StorageTesting

/// An issuer that answers on a loopback port for the time of a test, with one client and two resources.
struct RunningServer: Sendable {
    static let secret = Secret("tsc_conformance-secret-0123456789abcdefghijklm")
    static let start = NumericDate(secondsSince1970: 1_800_000_000)

    let provider: OpenIDProvider
    let store: InMemoryStore
    let base: String

    /// Starts a server, runs `body` against it, and stops it again.
    static func run(
        issuer: String = "https://id.example", _ body: (RunningServer) async throws -> Void
    ) async throws {
        let store = InMemoryStore()
        guard let issuer = Issuer(issuer),
            let sealer = SecretSealer(dataKeys: ["k": SymmetricKey(size: .bits256)], current: "k")
        else { return }
        let provider = try await OpenIDProvider.open(
            issuer: issuer, policy: ServerPolicy(), store: store, sealer: sealer, secrets: .system,
            fetcher: NoFetcher(),
            at: start)
        try await register(in: store)
        try await serve(provider, over: store, body)
    }

    /// The same with an issuer that the test has made.
    static func serve(
        _ provider: OpenIDProvider, over store: InMemoryStore, _ body: (RunningServer) async throws -> Void
    ) async throws {
        let listener = { (onListening: @escaping @Sendable (ListenAddress) async -> Void) in
            HTTPListener.public(provider, configuration, environment, onListening: onListening)
        }
        try await listening(listener) { base in
            try await body(RunningServer(provider: provider, store: store, base: base))
        }
    }

    /// Runs `body` while a listener answers at the address that it is told.
    static func listening(
        _ listener: (@escaping @Sendable (ListenAddress) async -> Void) -> HTTPListener,
        _ body: (_ base: String) async throws -> Void
    ) async throws {
        let (addresses, announce) = AsyncStream.makeStream(of: ListenAddress.self)
        let listener = listener { address in announce.yield(address) }
        let running = Task {
            defer { announce.finish() }
            try await listener.run()
        }
        defer { running.cancel() }
        // Without an address the server has failed to listen, and says why.
        guard let address = await addresses.first(where: { _ in true }) else { return try await running.value }
        try await body("http://\(address)")
    }

    static var environment: ServerEnvironment {
        ServerEnvironment(
            now: { start }, requestIDs: RequestIDs(prefix: "test"), requestLog: nil, metrics: MetricsRegistry(),
            readiness: Readiness(check: {}), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            eventLoops: MultiThreadedEventLoopGroup.singleton)
    }

    /// With no deadline that a busy machine could miss.
    static var configuration: HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration(name: "test", address: .tcp(host: "127.0.0.1", port: 0))
        configuration.limits.headerDeadline = .seconds(300)
        configuration.limits.bodyDeadline = .seconds(300)
        configuration.limits.requestDeadline = .seconds(300)
        configuration.limits.writeDeadline = .seconds(300)
        return configuration
    }

    private static func register(in store: any Store) async throws {
        let event = AuditEvent(at: start, action: "test", actor: "test")
        let credentials = { (method: AuthenticationMethod) in
            RegisteredCredentials(
                method: method,
                secrets: [StoredSecret(id: "s", hash: TokenHash(of: secret), createdAt: start)])
        }
        for (id, method) in [("svc", AuthenticationMethod.clientSecretBasic), ("poster", .clientSecretPost)] {
            _ = try await store.insert(
                RegisteredClient(
                    id: ClientID(unchecked: id), name: id, credentials: credentials(method), createdAt: start),
                recording: event)
        }
        for (id, format) in [("orders", AccessTokenFormat.jwt), ("payments", .opaque)] {
            let identifier = ResourceIndicator(unchecked: "https://\(id).example")
            _ = try await store.insert(
                ProtectedResource(
                    id: ClientID(unchecked: id), identifier: identifier, name: id,
                    credentials: credentials(.clientSecretBasic), scope: Scope(unchecked: ["read", "write"]),
                    tokenFormat: format, createdAt: start), recording: event)
            for client in ["svc", "poster"] {
                _ = try await store.permit(
                    Grant(
                        id: GrantID(unchecked: "\(client)-\(id)"), client: ClientID(unchecked: client),
                        subject: Subject(unchecked: client), resource: identifier,
                        scope: Scope(unchecked: ["read", "write"]), createdAt: start),
                    advancing: [], recording: event)
            }
        }
    }

    /// What came back.
    struct Answer: Sendable {
        let status: Int
        let headers: [(name: String, value: String)]
        let body: [UInt8]

        func all(_ name: String) -> [String] { headers.filter { $0.name.lowercased() == name }.map(\.value) }
        func first(_ name: String) -> String? { all(name).first }
        var json: JSONObject? { try? JSONObject(parsing: body) }
        var error: String? { json?.string("error") }
    }

    func send(
        _ method: String, _ path: String, _ form: String? = nil, headers: [(String, String)] = []
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let form {
            if !headers.contains(where: { $0.0.lowercased() == "content-type" }) {
                request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
            }
            request.body = .bytes(Array(form.utf8))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        let body = try await response.body.collect(upTo: 1 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) },
            body: Array(body.readableBytesView))
    }

    /// A Basic header of a registered owner.
    static func basic(_ id: String, _ secret: Secret = secret) -> (String, String) {
        var text = Base64URL.encode(Array("\(id):\(secret.revealedValue)".utf8)).map {
            $0 == "-" ? "+" : $0 == "_" ? "/" : $0
        }
        while text.count % 4 != 0 { text.append("=") }
        return ("authorization", "Basic " + String(text))
    }

    func token(_ resource: String = "orders") async throws -> String {
        let answer = try await send(
            "POST", "/token", "grant_type=client_credentials&resource=https://\(resource).example",
            headers: [Self.basic("svc")])
        return answer.json?.string("access_token") ?? ""
    }
}

/// For servers whose clients have no key sets to fetch.
struct NoFetcher: DocumentFetcher {
    struct Unreachable: Error {}
    func fetch(_ url: String, for kind: DocumentKind) async throws -> [UInt8] { throw Unreachable() }
}
