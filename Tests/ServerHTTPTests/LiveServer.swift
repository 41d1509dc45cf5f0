import AuthorizationServer
import Crypto
import JOSE
import Logging
import NIOCore
import NIOPosix
import OAuth
import ServerHTTP
import ServiceLifecycle
import Storage
import StorageTesting
import Synchronization

/// A listener on a loopback port that the operating system chose, for as long as a test runs.
final class LiveServer: Sendable {
    static let start = NumericDate(secondsSince1970: 1_800_000_000)
    static let secret = Secret("tsc_correct-horse-battery-staple-0123456789abcd")
    static let origin = "https://app.example"

    let address: ListenAddress
    let environment: ServerEnvironment
    let provider: OpenIDProvider
    let log: CapturedLines
    let requestLog: RequestLog
    private let services: ServiceGroup
    private let running: Task<Void, any Error>

    var port: Int {
        guard case .tcp(_, let port) = address else { return 0 }
        return port
    }

    private init(
        _ configuration: HTTPServerConfiguration, _ log: CapturedLines, _ requestLog: RequestLog,
        _ environment: ServerEnvironment, extra: [any Service], _ provider: OpenIDProvider,
        _ listener: (@escaping @Sendable (ListenAddress) async -> Void) -> HTTPListener
    ) async throws {
        self.environment = environment
        self.provider = provider
        self.log = log
        self.requestLog = requestLog
        let (addresses, found) = AsyncStream.makeStream(of: ListenAddress.self)
        let listener = listener { address in found.yield(address) }
        let services = ServiceGroup(
            services: [listener] + extra, gracefulShutdownSignals: [], logger: environment.logger)
        self.services = services
        running = Task {
            defer { found.finish() }
            try await services.run()
        }
        guard let address = await addresses.first(where: { _ in true }) else {
            try await running.value
            throw NotListening()
        }
        self.address = address
    }

    struct NotListening: Error {}

    static func environment(
        _ log: CapturedLines, _ requestLog: RequestLog, now: @escaping @Sendable () -> NumericDate = { start },
        ready: @escaping @Sendable () async throws -> Void = {}
    ) -> ServerEnvironment {
        ServerEnvironment(
            now: now, requestIDs: RequestIDs(prefix: "abcdef"), requestLog: requestLog,
            metrics: MetricsRegistry(),
            readiness: Readiness(check: ready),
            logger: Logger(label: "test") { label in
                JSONLogHandler(label: label, level: .trace, now: { start }, write: { log.append($0) })
            },
            eventLoops: MultiThreadedEventLoopGroup.singleton)
    }

    /// Limits that no test reaches because the machine is busy: a test about a deadline sets that one.
    private static func configuration(
        _ name: String, _ configure: (inout HTTPServerConfiguration) throws -> Void = { _ in }
    ) rethrows -> HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration(name: name, address: .tcp(host: "127.0.0.1", port: 0))
        configuration.limits.headerDeadline = .seconds(300)
        configuration.limits.bodyDeadline = .seconds(300)
        configuration.limits.requestDeadline = .seconds(300)
        configuration.limits.writeDeadline = .seconds(300)
        configuration.limits.idle = .seconds(300)
        try configure(&configuration)
        return configuration
    }

    /// The public listener over an issuer with one confidential and one browser client.
    static func publicServer(
        format: AccessTokenFormat = .opaque,
        configure: (inout HTTPServerConfiguration) throws -> Void = { _ in }, extra: [any Service] = [],
        ready: @escaping @Sendable () async throws -> Void = {}, list: StatusList? = nil
    ) async throws -> LiveServer {
        let provider = try await issuer(list: list, format: format)
        let configuration = try configuration("public", configure)
        let log = CapturedLines()
        let requestLog = RequestLog { log.append($0) }
        let environment = environment(log, requestLog, ready: ready)
        return try await LiveServer(configuration, log, requestLog, environment, extra: extra, provider) {
            onListening in
            .public(provider, configuration, environment, onListening: onListening)
        }
    }

    /// The public listener of any issuer, with its pages.
    static func server(
        of provider: OpenIDProvider, pages: PageRenderer, now: @escaping @Sendable () -> NumericDate = { start }
    ) async throws -> LiveServer {
        let configuration = try configuration("public")
        let log = CapturedLines()
        let requestLog = RequestLog { log.append($0) }
        let environment = environment(log, requestLog, now: now)
        return try await LiveServer(configuration, log, requestLog, environment, extra: [], provider) { onListening in
            .public(provider, configuration, environment, pages: pages, onListening: onListening)
        }
    }

    /// A listener whose every path is answered by `handler`.
    static func handlerServer(
        configure: (inout HTTPServerConfiguration) throws -> Void = { _ in },
        handler: @escaping ServerRequest.Handler = { _, _ in .json([]) }
    ) async throws -> LiveServer {
        let provider = try await issuer()
        let configuration = try configuration("administration", configure)
        let log = CapturedLines()
        let requestLog = RequestLog { log.append($0) }
        let environment = environment(log, requestLog)
        return try await LiveServer(configuration, log, requestLog, environment, extra: [], provider) { onListening in
            .administration(
                configuration, environment, handler: AuditedHandler(provider, respond: handler),
                onListening: onListening)
        }
    }

    /// A listener that gives every path and method to `handler`, with the content as it arrives.
    static func forwardingServer(
        configure: (inout HTTPServerConfiguration) throws -> Void = { _ in },
        handler: @escaping ServerRequest.StreamingHandler
    ) async throws -> LiveServer {
        let provider = try await issuer()
        let configuration = try configuration("gateway", configure)
        let log = CapturedLines()
        let requestLog = RequestLog { log.append($0) }
        let environment = environment(log, requestLog)
        return try await LiveServer(configuration, log, requestLog, environment, extra: [], provider) { onListening in
            .forwarding(
                configuration, environment, onRefusal: { _, _, _, _, _ in }, onListening: onListening, to: handler)
        }
    }

    func connect() async throws -> RawConnection { try await RawConnection(to: address) }

    /// Sends bytes on a connection of their own and returns all that comes until the server closes.
    func exchange(_ text: String) async throws -> RawAnswer {
        let connection = try await connect()
        try await connection.send(text)
        return RawAnswer(try await connection.readToEnd())
    }

    func stop() async { await services.triggerGracefulShutdown() }

    func stopped() async throws { try await running.value }

    func shutDown() async throws {
        await stop()
        try await stopped()
    }

    /// Ends all at once, also what still waits.
    func cancel() async {
        running.cancel()
        _ = try? await stopped()
    }

    func logLines() async -> [String] {
        await requestLog.flush()
        return log.lines
    }

    private static func issuer(
        list: StatusList? = nil, format: AccessTokenFormat = .opaque
    ) async throws -> OpenIDProvider {
        let store = InMemoryStore()
        let event = AuditEvent(at: start, action: "test", actor: "test")
        guard let sealer = SecretSealer(dataKeys: ["k1": SymmetricKey(size: .bits256)], current: "k1"),
            let issuer = Issuer("https://id.example")
        else { throw NotListening() }
        let stored = StoredSecret(id: "s1", hash: TokenHash(of: secret), createdAt: start, expiresAt: nil)
        _ = try await store.insert(
            RegisteredClient(
                id: ClientID(unchecked: "svc"), name: "Service",
                credentials: RegisteredCredentials(method: .clientSecretBasic, secrets: [stored]), createdAt: start),
            recording: event)
        _ = try await store.insert(
            RegisteredClient(
                id: ClientID(unchecked: "page"), name: "Page", credentials: RegisteredCredentials(method: .none),
                allowedOrigins: [origin], createdAt: start),
            recording: event)
        let resource = ResourceIndicator(unchecked: "https://orders.example")
        _ = try await store.insert(
            ProtectedResource(
                id: ClientID(unchecked: "orders"), identifier: resource, name: "Orders",
                credentials: RegisteredCredentials(method: .clientSecretBasic, secrets: [stored]),
                scope: Scope(unchecked: ["read", "write"]), tokenFormat: format, createdAt: start),
            recording: event)
        _ = try await store.permit(
            Grant(
                id: GrantID(unchecked: "g1"), client: ClientID(unchecked: "svc"), subject: Subject(unchecked: "svc"),
                resource: resource, scope: Scope("read write"), createdAt: start),
            advancing: [], recording: event)
        if let list { _ = try await store.reserveStatusPlaces(8, orOpen: list, limit: 1, at: start) }
        return try await OpenIDProvider.open(
            issuer: issuer, policy: ServerPolicy(), store: store, sealer: sealer, secrets: .system,
            fetcher: GuardedFetcher(eventLoops: MultiThreadedEventLoopGroup.singleton), at: start)
    }
}

/// Lines that a log wrote.
final class CapturedLines: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func append(_ more: [UInt8]) { bytes.withLock { $0.append(contentsOf: more) } }

    var lines: [String] {
        bytes.withLock { String(decoding: $0, as: UTF8.self) }.split(separator: "\n").map(String.init)
    }
}
